//! Warnings and their emails, from the crossing to the mail server and its faults, on the real program.
#![expect(clippy::expect_used, reason = "a helper that fails is a test that fails")]

mod accounts;
#[path = "../support/authority.rs"]
mod authority;
#[path = "../contract/console.rs"]
#[allow(dead_code, reason = "these tests use their own share of it")]
mod console;
mod contrib;
mod crossings;
mod desk;
mod faults;
mod letters;
#[path = "../support/node_smpp.rs"]
mod node_smpp;
mod programs;
mod real;
mod secrets;
mod server;
mod verbs;
