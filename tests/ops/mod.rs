//! Business rules, each tested on a temporary database: one module per entity.

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
mod cancelled_emails;
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
mod note;
mod outbox;
mod password;
mod quick_create;
mod recovery;
mod reversal;
mod service;
mod smpp;
mod thresholds;
mod traffic;
mod traffic_check;
mod traffic_ends;
mod traffic_large;
mod traffic_show;
mod transfer;
mod warning;
mod warning_walk;
