//! Emails of invoices: queues them with the stored PDF, once to each recipient, and decides which are no longer to be sent.

use crate::error::{Error, Result};
use crate::model::invoice::{Invoice, InvoiceCopy, InvoiceEmail, InvoiceEmailKind, InvoiceKind, ReminderLevel};
use crate::model::{
    Attachment, AttachmentContent, Customer, EmailAddress, EmailCause, EmailTemplate, OutboxEmail, RenderedEmail,
    file_name,
};
use crate::ops::invoice::notice::{InvoiceMailing, InvoiceNotice, is_reminded};
use crate::ops::invoice::{Invoicing, change};
use crate::ops::{active, outbox};
use crate::report::{IssueTerms, copy_of_draft, invoice_recipients, issued_copy};
use crate::store::Tx;

/// To whom an invoice is sent.
#[derive(Debug, Clone, Default)]
pub struct SendRequest {
    /// The recipients [default: those of the customer's invoices].
    pub to: Option<Vec<EmailAddress>>,
    /// Whether those who have it get another copy.
    pub again: bool,
}

/// An email of an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedInvoice {
    pub invoice: Invoice,
    pub email: OutboxEmail,
    /// Whether it was queued by an earlier request.
    pub replayed: bool,
}

/// Queues the emails that send an issued invoice, a credit note or a pro-forma. A recipient who has it, or will get it, gets no other
/// email unless the request says so.
///
/// # Errors
/// [`Error::Refused`] for a draft, [`Error::NoRecipient`] when the customer has no address.
pub fn send(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    mailing: &InvoiceMailing,
    name: &str,
    request: &SendRequest,
) -> Result<Vec<QueuedInvoice>> {
    let invoice = tx.invoice(name)?;
    let customer = active::customer(tx, invoice.customer.as_str())?;
    let recipients = match &request.to {
        Some(to) => to.clone(),
        None => invoice_recipients(tx, &customer)?,
    };
    if recipients.is_empty() {
        return Err(Error::NoRecipient { customer: customer.account_code, of_invoice: true });
    }
    let outgoing = document(tx, invoicing, mailing, &invoice)?;
    let known = tx.invoice_emails(invoice.id)?;
    let mut queued = Vec::new();
    let mut new = Vec::new();
    for recipient in &recipients {
        let is_same = |email: &&InvoiceEmail| {
            email.kind == outgoing.kind && email.recipient == *recipient && email.counts_as_sent()
        };
        let earlier = known.iter().rfind(is_same).filter(|_| !request.again);
        let email = if let Some(earlier) = earlier {
            tx.email(earlier.email_id)?
        } else {
            new.push(recipient.as_str());
            outgoing.queue(tx, &customer, &invoice, recipient, None)?
        };
        queued.push(QueuedInvoice { invoice: invoice.clone(), email, replayed: earlier.is_some() });
    }
    if !new.is_empty() {
        tx.record(&change("send", &invoice).field("to", (), new))?;
    }
    Ok(queued)
}

/// Queues the emails of an invoice that was just issued, if its customer has an address and everything can be attached. Otherwise it
/// stays unsent, which `invoice list --unsent` shows.
pub fn send_if_possible(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    mailing: &InvoiceMailing,
    invoice: &Invoice,
) -> Result<Vec<QueuedInvoice>> {
    let customer = tx.customer_of(invoice.customer_id)?;
    let is_expressible = match &mailing.make_xml {
        Some(make_xml) => make_xml(&issued_copy(tx, invoice)?).is_ok(),
        None => true,
    };
    if !is_expressible || invoice_recipients(tx, &customer)?.is_empty() {
        return Ok(Vec::new());
    }
    match send(tx, invoicing, mailing, &invoice.name(), &SendRequest::default()) {
        // Nothing is queued yet, and a broken template must not keep a payment from being booked: `invoice send` reports it.
        Err(Error::Email(_)) => Ok(Vec::new()),
        sent => sent,
    }
}

/// A rendered email with its attachments.
pub(super) struct Outgoing {
    pub(super) kind: InvoiceEmailKind,
    pub(super) content: RenderedEmail,
    pub(super) attachments: Vec<Attachment>,
}

impl Outgoing {
    /// Queues it to a recipient, and records which invoice it is about.
    pub(super) fn queue(
        &self,
        tx: &mut Tx<'_>,
        customer: &Customer,
        invoice: &Invoice,
        to: &EmailAddress,
        level: Option<ReminderLevel>,
    ) -> Result<OutboxEmail> {
        let email = outbox::queue(tx, Some(customer), EmailCause::Command, to, &self.content)?;
        tx.insert_attachments(email.id, &self.attachments)?;
        tx.insert_invoice_email(email.id, invoice.id, self.kind, level)?;
        Ok(email)
    }
}

/// The email that sends an invoice.
fn document(tx: &Tx<'_>, invoicing: &Invoicing, mailing: &InvoiceMailing, invoice: &Invoice) -> Result<Outgoing> {
    let customer = tx.customer_of(invoice.customer_id)?;
    let template = match (&invoice.issued, invoice.kind) {
        (None, _) => EmailTemplate::ProForma,
        (Some(_), InvoiceKind::CreditNote) => EmailTemplate::CreditNote,
        (Some(_), _) => EmailTemplate::Invoice,
    };
    let (copy, mut attachments, kind) = if invoice.issued.is_some() {
        (issued_copy(tx, invoice)?, vec![stored_pdf(tx, invoice)?], InvoiceEmailKind::Document)
    } else {
        let (copy, pdf) = pro_forma(tx, invoicing, invoice)?;
        (copy, vec![pdf], InvoiceEmailKind::ProForma)
    };
    if let (Some(make_xml), InvoiceEmailKind::Document) = (&mailing.make_xml, kind) {
        let xml = make_xml(&copy);
        let xml = xml.map_err(|rule| Error::Refused(format!("{} has no XML by EN 16931: {rule}", invoice.name())))?;
        let content = AttachmentContent::Bytes(xml.into_bytes());
        let file_name = file_name(&invoice.name(), "xml");
        attachments.push(Attachment { file_name, media_type: "application/xml", content });
    }
    let notice = InvoiceNotice { template, customer: &customer, invoice, copy: &copy, reminder: None };
    Ok(Outgoing { kind, content: (mailing.compose)(&notice)?, attachments })
}

/// The PDF that is stored with an issued invoice.
pub(super) fn stored_pdf(tx: &Tx<'_>, invoice: &Invoice) -> Result<Attachment> {
    let receivable = invoice.issued.as_ref().map(|issued| tx.receivable(issued.receivable)).transpose()?;
    let hash = receivable.and_then(|entry| entry.booking.documents).and_then(|documents| documents.pdf);
    let hash = hash.ok_or_else(|| Error::Refused(format!("{} was issued without a PDF", invoice.name())))?;
    let content = AttachmentContent::IssuedPdf(invoice.id, hash);
    Ok(Attachment { file_name: file_name(&invoice.name(), "pdf"), media_type: "application/pdf", content })
}

/// What a pro-forma says today, and its PDF.
fn pro_forma(tx: &Tx<'_>, invoicing: &Invoicing, invoice: &Invoice) -> Result<(InvoiceCopy, Attachment)> {
    let refused = |reason: &str| Err(Error::Refused(format!("draft {} {reason}", invoice.id)));
    if invoice.cancelled_at.is_some() {
        return refused("is cancelled");
    }
    if invoice.held {
        return refused("is on hold");
    }
    if invoice.details.top_up.is_none() {
        return refused("is not issued yet, and only issued invoices and pro-formas are sent");
    }
    let terms = IssueTerms::on(invoicing.rules.day_of(tx.at()));
    let (copy, _) = copy_of_draft(tx, &invoicing.rules, invoice, terms)?;
    let Some(pdf) = (invoicing.make_pdf)(&invoicing.rules, &copy)? else { return refused("has no PDF") };
    let file_name = file_name(&format!("pro-forma-{}", invoice.id), "pdf");
    Ok((copy, Attachment { file_name, media_type: "application/pdf", content: AttachmentContent::Bytes(pdf) }))
}

/// Whether something was settled of an invoice after an email about it was written, so that its amounts are no longer right.
fn is_paid_since(tx: &Tx<'_>, invoice: &Invoice, email: &OutboxEmail) -> Result<bool> {
    let Some(issued) = &invoice.issued else { return Ok(false) };
    Ok(tx.last_settled_at(issued.receivable)?.is_some_and(|settled| settled > email.created_at))
}

/// Cancels a waiting email about an invoice if it is outdated: a reminder of what is paid meanwhile, or a pro-forma that is issued or
/// cancelled. Says whether it did.
pub fn cancel_outdated_email(tx: &mut Tx<'_>, email: &OutboxEmail) -> Result<bool> {
    let Some(about) = tx.about_invoice(email.id)? else { return Ok(false) };
    let invoice = tx.invoice_of(about.invoice_id)?;
    let reason = match about.kind {
        InvoiceEmailKind::Reminder if !is_reminded(tx, &invoice)? => {
            "the invoice is settled, or its reminders are on hold"
        }
        InvoiceEmailKind::Reminder if is_paid_since(tx, &invoice, email)? => {
            "a part of the invoice was settled after it was written"
        }
        InvoiceEmailKind::ProForma if invoice.issued.is_some() => "the pro-forma was paid",
        InvoiceEmailKind::ProForma if invoice.cancelled_at.is_some() => "the pro-forma was cancelled",
        _ => return Ok(false),
    };
    outbox::cancel_outdated(tx, email, reason)?;
    Ok(true)
}
