//! Every test but the transcripts and the unit tests, as one program: one module per subject.
//!
//! `cargo test --test main ops::ledger` runs one module, `cargo test --test main -- --exact NAME` one test.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers fail as its assertions do"
)]

mod contract;
mod crash;
mod dependencies;
mod docs;
mod english;
mod formats;
mod generated;
mod layers;
mod mail;
mod ops;
mod packaging;
mod smpp;
mod store;
mod support;
