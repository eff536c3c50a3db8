//! Files in and out: what an import takes, refuses and leaves alone, foreign dialects at length, documents, and damaged files.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers fail as its assertions do"
)]

mod customers;
mod desk;
mod dialects;
mod document;
mod exports;
mod mutation;
mod others;
mod seeds;
#[path = "../support/mod.rs"]
mod support;
