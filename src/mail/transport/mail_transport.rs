//! What the outbox needs of a transport.

use crate::model::{OutboxEmail, SendOutcome};

/// Whoever takes emails away.
pub trait MailTransport {
    /// Sends an email, and says what came of it.
    fn send(&mut self, email: &OutboxEmail) -> SendOutcome;

    /// Whether it has found that nothing can be sent now, so that further emails need not be tried.
    fn is_down(&self) -> bool {
        false
    }
}
