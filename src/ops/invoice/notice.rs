//! What emails about invoices say, and how they are made.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use crate::error::Result;
use crate::model::invoice::{Invoice, InvoiceCopy, InvoiceKind, ReminderLevel};
use crate::model::{Customer, EmailTemplate, Money, RenderedEmail};
use crate::store::Snapshot;

/// What an email about an invoice says.
#[derive(Debug, Clone, Copy)]
pub struct InvoiceNotice<'a> {
    pub template: EmailTemplate,
    pub customer: &'a Customer,
    pub invoice: &'a Invoice,
    /// What the attached document says.
    pub copy: &'a InvoiceCopy,
    pub reminder: Option<&'a Reminder>,
}

/// Renders the email of a notice.
pub type ComposeNotice = Arc<dyn Fn(&InvoiceNotice<'_>) -> Result<RenderedEmail> + Send + Sync>;
/// Makes the e-invoice of an issued copy; the error is the rule of EN 16931 that it breaks.
pub type MakeXml = Arc<dyn Fn(&InvoiceCopy) -> Result<String, String> + Send + Sync>;

/// How invoices are emailed.
#[derive(Clone)]
pub struct InvoiceMailing {
    pub compose: ComposeNotice,
    /// `None` if only the PDF is attached.
    pub make_xml: Option<MakeXml>,
}

impl fmt::Debug for InvoiceMailing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvoiceMailing").finish_non_exhaustive()
    }
}

/// What a reminder says besides the invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    pub level: ReminderLevel,
    /// Whether no level comes after it.
    pub is_last: bool,
    /// The day on which it is written.
    pub today: Date,
    /// All open invoices of the customer in the currency, the earliest due date first.
    pub open_invoices: Vec<Invoice>,
    /// What is paid or credited and settles nothing yet.
    pub unallocated: Money,
    /// What is open, less what is unallocated.
    pub owed: Money,
}

/// Whether reminders of an invoice make sense: it is issued, a part of it is open, and its reminders are not on hold.
pub(super) fn is_reminded(snapshot: &Snapshot<'_>, invoice: &Invoice) -> Result<bool> {
    let is_open = invoice.kind == InvoiceKind::Invoice && invoice.open() > Money::ZERO;
    Ok(is_open && snapshot.reminders_held_at(invoice.id)?.is_none())
}
