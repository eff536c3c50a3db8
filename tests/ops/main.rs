//! The rules of the business, each as a test on a temporary database: one module per noun.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers fail as its assertions do"
)]

mod audit;
mod balance;
mod contact;
mod customer;
mod import;
mod ledger;
mod note;
mod outbox;
mod quick_create;
mod reversal;
mod service;
mod smpp;
#[path = "../support/mod.rs"]
mod support;
mod traffic;
mod transfer;
mod warning;
