//! An SMPP v3.4 client that tests whether an account can bind to a gateway.
//!
//! `probe` runs the steps of a test and reports the outcome; `pdu` and `status` are the protocol, `connection` is TCP
//! or TLS with a deadline for every step, and `likely_causes` explains a failure. All calls block.

mod certificate;
mod connection;
mod likely_causes;
mod pdu;
mod probe;
mod status;

pub use certificate::TlsPeer;
pub use likely_causes::likely_causes;
pub use probe::{BindCredentials, Endpoint, ProbeOutcome, ProbeReport, ProbeStep, probe};
pub use status::CommandStatus;
