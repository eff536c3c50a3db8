//! The interface of email transports.

use crate::model::{OutgoingEmail, SendOutcome};

/// Sends emails, one at a time.
pub trait MailTransport {
    /// Whether the next email can be sent at once. If not, call [`Self::prepare`] first.
    fn is_ready(&mut self) -> bool {
        true
    }

    /// Connects and logs in, if the transport needs that; the error is the reason why no email can be sent now.
    ///
    /// It is called before an email is claimed, so that a server that is down or hangs leaves every email pending: an email that
    /// no server has seen must not become uncertain when the run is killed.
    fn prepare(&mut self) -> Result<(), String> {
        Ok(())
    }

    /// Sends an email and returns the outcome. An outcome that is not known for certain is `Unanswered`.
    fn send(&mut self, outgoing: &OutgoingEmail) -> SendOutcome;

    /// Whether the transport is unavailable, so that further emails need not be tried.
    fn is_down(&self) -> bool {
        false
    }
}
