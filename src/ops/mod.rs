//! Operations: each function performs one business act in the caller's transaction and records it in the audit log.
//!
//! The business rules are here: who may change what, and when. An operation takes a `Tx`, which the caller commits or drops,
//! so that a dry run needs no code of its own. Operations may ask reports; reports never call operations.

pub mod active;
pub mod balance;
pub mod contact;
pub mod customer;
mod effective;
pub mod handover;
pub mod invoice;
pub mod note;
pub mod outbox;
pub mod overlay;
pub mod payment;
pub mod plan;
pub mod price;
pub mod price_list;
pub mod price_notice;
pub mod quick_create;
pub mod readdress;
pub mod service;
pub mod smpp;
pub mod undo;
pub mod warning;
