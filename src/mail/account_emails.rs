//! The emails `welcome` and `handover`, which give customers the details of their SMPP accounts.

use crate::error::{Error, Result};
use crate::mail::{DispatchOutcome, Dispatcher, MailTransport, TemplateRenderer};
use crate::model::{EmailAddress, EmailTemplate, Gateway, Handover, OutboxEmail};
use crate::ops::handover;
use crate::report::account_recipients;
use crate::store::Tx;

/// What emails about accounts need. A command creates it before it changes anything, so that no account is changed if its
/// email cannot be rendered or the transport is not set up.
pub struct AccountEmails {
    pub gateway: Gateway,
    pub renderer: TemplateRenderer,
    pub transport: Box<dyn MailTransport>,
}

impl AccountEmails {
    /// Queues an email about an account to the given addresses, else to its customer's contacts. Returns the details of the
    /// account with the queued emails.
    ///
    /// # Errors
    /// [`Error::NoRecipient`] when no address is given and no contact has one.
    pub fn queue(
        &self,
        tx: &mut Tx<'_>,
        template: EmailTemplate,
        account: &str,
        to: Option<&[EmailAddress]>,
        with_password: bool,
    ) -> Result<(Handover, Vec<OutboxEmail>)> {
        let handover = handover::details(tx, account, &self.gateway, tx.at())?;
        let to = match to {
            Some(to) => to.to_vec(),
            None => account_recipients(tx, &handover.customer)?,
        };
        if to.is_empty() {
            return Err(Error::NoRecipient { customer: handover.customer.account_code, of_invoice: false });
        }
        let content = self.renderer.compose_handover(template, &handover, with_password)?;
        let emails = handover::queue(tx, &handover, &to, &content)?;
        Ok((handover, emails))
    }

    /// Sends queued emails after the commit; see [`Dispatcher::send_new`].
    pub fn send(&mut self, dispatcher: &mut Dispatcher<'_>, emails: &[OutboxEmail]) -> Result<Option<DispatchOutcome>> {
        dispatcher.send_new(emails, self.transport.as_mut())
    }
}
