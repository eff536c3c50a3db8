//! The interface of email transports.

use crate::model::{OutboxEmail, SendOutcome};

/// Sends emails, one at a time.
pub trait MailTransport {
    /// Sends an email and returns the outcome. An outcome that is not known for certain is `Unanswered`.
    fn send(&mut self, email: &OutboxEmail) -> SendOutcome;

    /// Whether the transport is unavailable, so that further emails need not be tried.
    fn is_down(&self) -> bool {
        false
    }
}
