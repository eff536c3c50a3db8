//! `ssgctl` manages the customers of an SMS gateway: records, balances, warnings. This is its map.
//!
//! # Floors
//!
//! ```text
//! cli    the binary: everything that knows a terminal      src/cli/main.rs is the front door
//!  │     arguments in, rows out; no rule of the business
//!  ▼
//! mail   emails from templates, the ways by which they leave, and the courier that empties the outbox
//! ingest files that come in: a strict streaming reader, foreign dialects, and what rows mean as requests to ops
//! gateway what gateways of other makes read and hold of our accounts, and how that differs
//! smpp   a client that binds to a gateway as a customer's would, and guesses why it cannot
//!  │
//!  ▼
//! ops    deeds: one function is one business act inside one transaction; rules and audit events live here
//! report questions that take more than one look, answered from one snapshot as plain data
//!  │
//!  ▼
//! store  the database behind Snapshot (reads) and Tx (a Snapshot that also writes, stamped with who and when);
//!  │     dropping a Tx undoes it. store/sqlite is the only home of rusqlite; store/vault seals passwords
//!  ▼
//! model  pure values, parsed once and valid for ever
//! ```
//!
//! Arrows go down only; `tests/floors.rs` holds them to it. A write always passes `ops`. A plain read goes from the
//! command straight to the store.
//!
//! # Nouns
//!
//! Customer, contact, note, service, SMPP account, balance (with entries and warning), traffic, email, event. A noun keeps its
//! name on every floor:
//! `cli/balance/`, `ops/balance/`, `store/sqlite/balance.rs`, `model/balance.rs`, `tests/cli/balance/`.
//!
//! # One command, file by file
//!
//! `ssgctl balance adjust acme -5 --description "double charge"`: `cli/main.rs` parses, and values are valid from there on,
//! because clap calls their `FromStr`. `cli/balance/mod.rs` matches, `cli/balance/adjust.rs` builds a request and calls one
//! deed in one transaction (`Context::write`), `ops/balance/adjust.rs` checks the rules, `store/sqlite/entry.rs` writes. Back in
//! `adjust.rs` the receipt goes to the one writer, `cli/output/`, whose formats all follow from one list of columns
//! (`cli/balance/row.rs`). `--dry-run` is no branch: the transaction is dropped instead of committed.
//!
//! # Questions
//!
//! A person at a terminal is asked for what a command line leaves open: `cli/wizard/questions.rs` is the table of questions, and
//! their answers are options, put on the command line, which is then parsed like any other.
//!
//! # Errors
//!
//! [`Error`] says what the business, its database or its files refuse, in a sentence. `cli/exit.rs` gives each an exit code,
//! a word for programs and a hint. What clap finds wrong takes the same road.

pub mod error;
pub mod formats;
pub mod gateway;
pub mod import;
pub mod mail;
pub mod model;
pub mod ops;
pub mod report;
pub mod smpp;
pub mod store;
pub mod traffic;

pub use error::{Error, Result};
