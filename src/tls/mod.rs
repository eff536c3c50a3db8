//! A TLS client that verifies as this machine does, and says in words why it does not trust a server.
//!
//! `client` does the handshake, `verifier` keeps what the server showed, `certificate` reads it, and `failure` explains. The SMPP
//! probe and the email transport share it.

mod certificate;
mod client;
mod failure;
mod verifier;

pub use certificate::TlsPeer;
pub use client::{TlsClient, TlsFailure};
pub use failure::{CertificateProblem, TlsProblem, explain};
pub use verifier::NoClientCertificate;
