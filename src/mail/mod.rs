//! Emails as values, their templates, and the ways by which they are sent. The only home of lettre but for the address.

mod dispatch;
mod mime;
mod renderer;
mod transport;

pub use dispatch::{Keys, Limits, Round, Trip, deliver};
pub use mime::as_mime;
pub use renderer::{RoleConfig, SenderConfig, TemplateRenderer};
pub use transport::{Credentials, MailTransport, Route, TransportConfig, sendmail};
