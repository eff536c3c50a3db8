//! Emails that hand SMPP accounts over. What they need is found before anything is changed: nothing is recorded that cannot
//! be told.

use ssgctl::mail::{MailTransport, TemplateRenderer};
use ssgctl::model::{EmailAddress, EmailTemplate, Gateway, Handover, OutboxEmail};
use ssgctl::ops::handover;
use ssgctl::store::Tx;

use crate::args::change::ReasonArgs;
use crate::commands::mail::post;
use crate::commands::mail::post::SentEmails;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// Who writes the emails, what they tell of the gateway, and who takes them away.
pub(crate) struct AccountEmails {
    gateway: Gateway,
    renderer: TemplateRenderer,
    transport: Box<dyn MailTransport>,
}

impl AccountEmails {
    /// Gets ready to write.
    ///
    /// # Errors
    /// One of configuration, when emails could not be written or sent.
    pub(crate) fn prepare(context: &Context) -> Result<Self> {
        let renderer = context.settings.mail.renderer()?;
        renderer.can_sign(EmailTemplate::Welcome)?;
        let transport = context.settings.mail.transport()?.transport()?;
        Ok(Self { gateway: context.gateway_to_tell()?, renderer, transport })
    }

    /// Queues an email of an account to the addresses given, else to those at its customer who are told.
    pub(crate) fn queue(
        &self,
        tx: &mut Tx<'_>,
        kind: EmailTemplate,
        account: &str,
        to: Option<&[EmailAddress]>,
        contains_password: bool,
    ) -> Result<(Handover, Vec<OutboxEmail>)> {
        let pack = handover::pack(tx, account, &self.gateway, tx.at())?;
        let to = match to {
            Some(to) => to.to_vec(),
            None => ssgctl::report::account_recipients(tx, &pack.customer)?,
        };
        if to.is_empty() {
            let message = format!("no contact of {} has an email address", pack.customer.account_code);
            return Err(Failure::new(ErrorCode::Refused, message)
                .hint("`ssgctl contact add` one, or name an address with `ssgctl smpp handover --to`"));
        }
        let composed = self.renderer.compose_handover(kind, &pack, contains_password)?;
        let emails = handover::send(tx, &pack, &to, &composed)?;
        Ok((pack, emails))
    }

    /// Sends emails that were queued and saved.
    pub(crate) fn send(
        mut self,
        context: &mut Context,
        why: &ReasonArgs,
        emails: Vec<OutboxEmail>,
    ) -> Result<SentEmails> {
        post::send_new(context, why, emails, self.transport.as_mut())
    }
}
