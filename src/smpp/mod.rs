//! An SMPP v3.4 client that tests whether an account can bind to a gateway.
//!
//! `probe` runs the steps of a test and reports the outcome; `pdu` and `status` are the protocol, `connection` is TCP
//! or TLS with a deadline for every step, `failure` says in words what went wrong, and `likely_causes` why. `sweep` compares many
//! accounts with what the gateway should do about them. All calls block.

mod connection;
mod failure;
mod likely_causes;
mod pdu;
mod probe;
mod status;
mod sweep;

pub use failure::FailureKind;
pub use likely_causes::likely_causes;
pub use pdu::BindType;
pub use probe::{BindCredentials, Endpoint, ProbeOutcome, ProbeReport, ProbeStep, local_address, probe};
pub use status::CommandStatus;
pub use sweep::{Expected, SweepVerdict, SweptAccount, expectation, judge, sweep};
