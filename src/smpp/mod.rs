//! A client that binds to a gateway as a customer's would, to find out whether it can and why not: SMPP v3.4 over TCP or
//! TLS, blocking, and never longer than it is told.

mod certificate;
mod guess;
mod link;
mod pdu;
mod probe;
mod status;

pub use certificate::Peer;
pub use guess::guesses;
pub use probe::{Client, End, Endpoint, Report, Step, probe};
pub use status::CommandStatus;
