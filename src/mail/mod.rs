//! Emails as values, their templates, the transports that send them, and dispatch. The only home of lettre but for the address.

mod account_emails;
mod dispatch;
mod mime;
mod renderer;
mod transport;
mod values;

pub use account_emails::AccountEmails;
pub use dispatch::{CheckOutcome, DispatchEvent, DispatchLock, DispatchOutcome, Dispatcher, Keys};
pub use mime::as_mime;
pub use renderer::{RoleConfig, SenderConfig, TemplateRenderer};
pub use transport::{MailTransport, Route, SmtpCredentials, TransportConfig, sendmail};
pub use values::obstacle_text;
