//! The promises of the store: what it opens, what it guards, what its readers see, what it hides, what its lists give.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers fail as its assertions do"
)]

mod backup;
mod damage;
mod ledger_guards;
mod lists;
mod old_schemas;
mod opening;
mod reports;
mod runway;
mod secrets;
mod snapshot;
#[path = "../support/mod.rs"]
mod support;
mod traffic;
mod traffic_reports;
