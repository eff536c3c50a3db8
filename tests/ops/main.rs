//! The rules of the business, each as a test on a temporary database: one module per noun.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers fail as its assertions do"
)]

mod alert_explanation;
mod all_clear;
mod audit;
mod balance;
mod contact;
mod cug;
mod customer;
mod dialects;
mod dialects_rows;
mod dispatch;
mod gateway;
mod handover;
mod import;
mod ledger;
mod marks;
mod note;
mod outbox;
mod password;
mod quick_create;
mod reversal;
mod service;
mod smpp;
#[path = "../support/mod.rs"]
mod support;
mod taken_back;
mod traffic;
mod traffic_check;
mod traffic_ends;
mod traffic_large;
mod traffic_show;
mod transfer;
mod warning;
mod warning_walk;
