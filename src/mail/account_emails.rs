//! Emails that tell customers how to use their SMPP accounts: `welcome` and `handover`.

use crate::error::{Error, Result};
use crate::mail::{DispatchOutcome, Dispatcher, MailTransport, TemplateRenderer};
use crate::model::{EmailAddress, EmailTemplate, Gateway, Handover, OutboxEmail};
use crate::ops::handover;
use crate::report::account_recipients;
use crate::store::Tx;

/// What emails about accounts need. All of it is at hand before a command changes anything, so that no account is changed
/// whose email could not be written or sent.
pub struct AccountEmails {
    pub gateway: Gateway,
    pub renderer: TemplateRenderer,
    pub transport: Box<dyn MailTransport>,
}

impl AccountEmails {
    /// Queues an email about an account to the given addresses, else to its customer's contacts. Gives what it says of the
    /// account, too.
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
        let pack = handover::pack(tx, account, &self.gateway, tx.at())?;
        let to = match to {
            Some(to) => to.to_vec(),
            None => account_recipients(tx, &pack.customer)?,
        };
        if to.is_empty() {
            return Err(Error::NoRecipient { customer: pack.customer.account_code });
        }
        let content = self.renderer.compose_handover(template, &pack, with_password)?;
        let emails = handover::send(tx, &pack, &to, &content)?;
        Ok((pack, emails))
    }

    /// Sends emails that were queued and committed; see [`Dispatcher::send_new`].
    pub fn send(&mut self, dispatcher: &mut Dispatcher<'_>, emails: &[OutboxEmail]) -> Result<Option<DispatchOutcome>> {
        dispatcher.send_new(emails, self.transport.as_mut())
    }
}
