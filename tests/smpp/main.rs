//! Probes: binding to gateways that let in, refuse, hang, talk nonsense or hang up, plainly and through TLS, and to one of
//! another make.
#![expect(clippy::expect_used, reason = "a helper that fails is a test that fails")]

#[path = "../support/authority.rs"]
mod authority;
#[path = "../contract/console.rs"]
#[allow(dead_code, reason = "these tests use their own share of it")]
mod console;
mod faults;
#[path = "../support/node_smpp.rs"]
mod node_smpp;
mod peer;
mod probe;
mod reasons;
#[path = "../support/smsc.rs"]
mod smsc;
