//! Deeds: one function is one business act inside one transaction. Rules live here, and every deed leaves its events.

pub mod active;
pub mod balance;
pub mod contact;
pub mod customer;
pub mod handover;
pub mod note;
pub mod outbox;
pub mod quick_create;
pub mod service;
pub mod smpp;
pub mod warning;
