//! Email: renders templates, sends messages over a transport, and dispatches the outbox.
//!
//! ```text
//! templates/ ─▶ TemplateRenderer ─▶ outbox (ops::outbox) ─▶ Dispatcher ─▶ MailTransport (smtp, sendmail, folder)
//! ```
//!
//! Only this folder uses lettre, except for the syntax check of addresses in `model::email`.

mod account_emails;
mod dispatch;
mod forecast_email;
mod invoice_email;
mod mime;
mod preview;
mod price_email;
mod renderer;
mod round;
mod template_files;
mod transport;
mod values;

pub use account_emails::AccountEmails;
pub use dispatch::{CheckOutcome, DispatchEvent, DispatchLock, DispatchOutcome, Dispatcher};
pub use mime::as_mime;
pub use preview::{preview_account_email, preview_forecast, preview_invoice, preview_prices, preview_warning};
pub use renderer::{RoleConfig, SenderConfig, TemplateRenderer};
pub use round::Keys;
pub use transport::{MailTransport, Route, SmtpCredentials, TransportConfig, sendmail};
pub use values::obstacle_text;
