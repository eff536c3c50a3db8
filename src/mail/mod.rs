//! Letters as values, their templates, and the ways by which they are sent. The only home of lettre but for the address.

mod courier;
mod mime;
pub mod program;
mod smtp;
mod transport;
mod writer;

pub use courier::{Keys, Limits, Round, Trip, deliver};
pub use mime::as_mime;
pub use transport::{Carrier, Credentials, Route, Transport};
pub use writer::{House, Office, Writer};
