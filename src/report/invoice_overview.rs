//! Everything about one invoice: what it says, its state, what settles it, and its emails.

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::invoice::{
    ExportRun, Invoice, InvoiceCopy, InvoiceEmail, InvoiceKind, InvoiceRules, InvoiceState, Receivable, TaxUndecided,
};
use crate::model::{Money, Time};
use crate::report::invoice_copy::{IssueTerms, copy_of_draft};
use crate::report::issued_copy::issued_copy;
use crate::store::{InvoiceFilter, Snapshot};

/// An invoice with its state on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceSummary {
    pub invoice: Invoice,
    pub state: InvoiceState,
    /// The number of days since the due date, of one that is overdue.
    pub days_overdue: Option<i32>,
}

impl InvoiceSummary {
    /// The state of an invoice on a day.
    pub fn on(invoice: Invoice, today: Date) -> Self {
        let state = invoice.state(today);
        let late = |due_on: Date| today.since(due_on).map(|span| span.get_days()).unwrap_or_default();
        let days_overdue = invoice.issued.as_ref().filter(|_| state == InvoiceState::Overdue);
        let days_overdue = days_overdue.map(|issued| late(issued.due_on));
        Self { invoice, state, days_overdue }
    }
}

/// An invoice and everything that belongs to it.
#[derive(Debug)]
pub struct InvoiceOverview {
    pub summary: InvoiceSummary,
    /// What it says, or of a draft, what it would say today; `Err` if its tax is not decided.
    pub copy: Result<InvoiceCopy, TaxUndecided>,
    /// The entries of receivables that settle it, or that a credit note settles, with the amount.
    pub settled: Vec<(Receivable, Money)>,
    pub credit_notes: Vec<InvoiceSummary>,
    /// The emails that send it and remind of it, oldest first.
    pub emails: Vec<InvoiceEmail>,
    /// Since when its reminders are on hold.
    pub reminders_held_at: Option<Time>,
    /// The runs that exported it to accounting programs.
    pub exports: Vec<ExportRun>,
}

/// Reads everything about an invoice, by its number or ID.
pub fn invoice_overview(
    snapshot: &Snapshot<'_>,
    rules: impl FnOnce() -> Result<InvoiceRules>,
    name: &str,
    today: Date,
) -> Result<InvoiceOverview> {
    let invoice = snapshot.invoice(name)?;
    let copy = match &invoice.issued {
        Some(_) => Ok(issued_copy(snapshot, &invoice)?),
        None => match copy_of_draft(snapshot, &rules()?, &invoice, IssueTerms::on(today)) {
            Ok((copy, _)) => Ok(copy),
            Err(Error::TaxUndecided { reason, .. }) => Err(reason),
            Err(error) => return Err(error),
        },
    };
    let settled = match &invoice.issued {
        None => Vec::new(),
        Some(issued) if invoice.kind == InvoiceKind::CreditNote => snapshot.allocations_of(issued.receivable)?,
        Some(issued) => snapshot.settlements_of(issued.receivable)?,
    };
    let settled = settled.into_iter().map(|(entry, amount)| Ok((snapshot.receivable(entry)?, amount)));
    let settled = settled.collect::<Result<_>>()?;
    let credit_notes =
        invoice_summaries(snapshot, &InvoiceFilter { credits: Some(invoice.id), ..InvoiceFilter::default() }, today)?;
    let (emails, reminders_held_at) = (snapshot.invoice_emails(invoice.id)?, snapshot.reminders_held_at(invoice.id)?);
    let exports = match &invoice.issued {
        Some(issued) => snapshot.exports_of(issued.receivable)?,
        None => Vec::new(),
    };
    let summary = InvoiceSummary::on(invoice, today);
    Ok(InvoiceOverview { summary, copy, settled, credit_notes, emails, reminders_held_at, exports })
}

/// The invoices of a filter with their states on a day.
pub fn invoice_summaries(snapshot: &Snapshot<'_>, filter: &InvoiceFilter, today: Date) -> Result<Vec<InvoiceSummary>> {
    let mut summaries = Vec::new();
    snapshot.invoices(filter, |invoice| {
        summaries.push(InvoiceSummary::on(invoice, today));
        Ok::<_, Error>(())
    })?;
    Ok(summaries)
}
