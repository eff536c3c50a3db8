//! An SMPP v3.4 client that tests whether an account can bind to a gateway.
//!
//! `probe` runs the steps of a test and reports the outcome; `pdu` and `status` are the protocol, `connection` is TCP
//! or TLS with a deadline for every step, `failure` says in words what went wrong, and `likely_causes` why. All calls block.

mod connection;
mod failure;
mod likely_causes;
mod pdu;
mod probe;
mod status;

pub use failure::FailureKind;
pub use likely_causes::likely_causes;
pub use pdu::BindType;
pub use probe::{BindCredentials, Endpoint, ProbeOutcome, ProbeReport, ProbeStep, probe};
pub use status::CommandStatus;
