//! What commands need that email invoices, and sending what they queued.

use ssgctl::mail::MailTransport;
use ssgctl::model::OutboxEmail;
use ssgctl::model::invoice::Invoice;
use ssgctl::ops::invoice::{InvoiceMailing, QueuedInvoice};
use ssgctl::report::InvoiceSummary;

use crate::args::change::AuditArgs;
use crate::commands::mail::outcome::{self, SentEmails};
use crate::context::Context;
use crate::exit::Result;

/// Templates and transport for emails of invoices.
pub(super) struct Mailer {
    pub(super) mailing: InvoiceMailing,
    transport: Box<dyn MailTransport>,
}

impl Mailer {
    /// # Errors
    /// A configuration error if emails cannot be rendered or sent, so that it is found before anything is changed.
    pub(super) fn of(context: &Context) -> Result<Self> {
        let mailing = context.settings.invoice_mailing()?;
        Ok(Self { mailing, transport: context.settings.mail.transport()?.transport()? })
    }

    /// Sends emails that were just queued and committed.
    pub(super) fn deliver(
        &mut self,
        context: &mut Context,
        why: &AuditArgs,
        emails: Vec<OutboxEmail>,
    ) -> Result<SentEmails> {
        outcome::send_queued(context, why, self.transport.as_mut(), emails)
    }

    /// Sends the emails of invoices, and prints the invoices with the time at which each was sent. They are printed even if sending
    /// fails: they are issued.
    pub(super) fn deliver_and_print(
        &mut self,
        context: &mut Context,
        why: &AuditArgs,
        emails: Vec<OutboxEmail>,
        mut invoices: Vec<InvoiceSummary>,
    ) -> Result<()> {
        let SentEmails { verdict, .. } = self.deliver(context, why, emails)?;
        context.read(|snapshot| {
            for summary in &mut invoices {
                summary.invoice.sent_at = snapshot.invoice_of(summary.invoice.id)?.sent_at;
            }
            Ok(())
        })?;
        context.output.rows(&invoices)?;
        verdict
    }
}

/// Warns if no email of an issued invoice could be queued.
pub(crate) fn warn_if_unsent(invoice: &Invoice, queued: &[QueuedInvoice]) {
    if queued.is_empty() {
        let (name, customer) = (invoice.name(), &invoice.customer);
        Context::warn(&format!("{name} of {customer} is not emailed; `ssgctl invoice send {name}` says why"));
    }
}
