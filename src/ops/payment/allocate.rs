//! Allocates credits to invoices. A pro-forma is issued, and its top-up posted, as soon as credits cover all of it.

use crate::error::{Error, Result};
use crate::model::Money;
use crate::model::invoice::{Invoice, InvoiceKind, Receivable};
use crate::ops::invoice::{Invoicing, issue_paid, settle};
use crate::ops::payment::{PaymentReceipt, change, credit_of};
use crate::report::{IssueTerms, copy_of_draft, unallocated_payments};
use crate::store::{InvoiceFilter, Snapshot, Tx};

/// What to settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentTarget {
    /// These invoices, in this order.
    Invoices(Vec<String>),
    /// The customer's open invoices, the earliest due date first.
    Oldest,
}

/// Allocates what is left of a payment or credit note, but not more than `at_most`.
///
/// # Errors
/// [`Error::Refused`] when nothing is left of it, or nothing is open of an invoice.
pub fn allocate(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    credit: &str,
    target: &PaymentTarget,
    at_most: Option<Money>,
) -> Result<PaymentReceipt> {
    let credit = credit_of(tx, credit)?;
    if credit.unallocated() == Money::ZERO {
        return Err(Error::Refused(format!("all of receivable {} is allocated", credit.id)));
    }
    apply(tx, invoicing, &credit, target, at_most)?;
    let receipt = PaymentReceipt::of(tx, credit.id, false)?;
    let names: Vec<String> = receipt.invoices.iter().map(Invoice::name).collect();
    tx.record(&change("allocate", &receipt.entry).field("invoices", (), names))?;
    Ok(receipt)
}

pub(super) fn apply(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    credit: &Receivable,
    target: &PaymentTarget,
    at_most: Option<Money>,
) -> Result<()> {
    let invoices = match target {
        PaymentTarget::Invoices(names) => names.iter().map(|name| tx.invoice(name)).collect::<Result<_>>()?,
        PaymentTarget::Oldest => open_invoices(tx, credit)?,
    };
    let mut left = at_most.unwrap_or(Money::from_e8(i64::MAX));
    for invoice in invoices {
        refuse_other(credit, &invoice)?;
        let settled = match &invoice.issued {
            Some(issued) => settle(tx, credit.id, issued.receivable, Some(left))?,
            None => settle_pro_forma(tx, invoicing, credit, &invoice, left)?,
        };
        left = settled.checked_neg().and_then(|settled| left.checked_add(settled)).unwrap_or_default();
    }
    Ok(())
}

fn refuse_other(credit: &Receivable, invoice: &Invoice) -> Result<()> {
    let name = invoice.name();
    if (credit.customer_id, credit.booking.currency) != (invoice.customer_id, invoice.currency) {
        let (customer, currency) = (&invoice.customer, invoice.currency);
        return Err(Error::Refused(format!("invoice {name} is of customer {customer} in {currency}")));
    }
    if invoice.kind == InvoiceKind::CreditNote {
        return Err(Error::Refused(format!("{name} is a credit note, which is not paid")));
    }
    if invoice.issued.is_none() && invoice.details.top_up.is_none() {
        return Err(Error::Refused(format!("draft {name} is not issued yet")));
    }
    Ok(())
}

/// Issues a pro-forma if its payments together cover it, and settles it. What does not cover it stays unallocated.
fn settle_pro_forma(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    credit: &Receivable,
    draft: &Invoice,
    at_most: Money,
) -> Result<Money> {
    if draft.held || draft.cancelled_at.is_some() {
        return Err(Error::Refused(format!("draft {} is held or cancelled", draft.id)));
    }
    let paid_on = credit.booking.booked_on;
    let today = invoicing.rules.day_of(tx.at());
    let terms = IssueTerms { tax_point: Some(paid_on), ..IssueTerms::on(today) };
    let gross = copy_of_draft(tx, &invoicing.rules, draft, terms)?.0.totals.gross;
    let mut credits = unallocated_payments(tx, draft.id)?;
    credits.retain(|earlier| earlier.id != credit.id);
    credits.push(credit.clone());
    let available = credits.iter().fold(0_i128, |sum, credit| sum + i128::from(credit.unallocated().e8()));
    if available < gross.e8().into() || at_most < gross.min(credit.unallocated()) {
        return Ok(Money::ZERO);
    }
    let booked = issue_paid(tx, invoicing, draft, gross, paid_on)?;
    let mut settled = Money::ZERO;
    for each in &credits {
        settled = settle(tx, each.id, booked.id, None)?;
    }
    Ok(settled)
}

/// The open invoices of a credit's customer in its currency, the earliest due date first.
fn open_invoices(snapshot: &Snapshot<'_>, credit: &Receivable) -> Result<Vec<Invoice>> {
    let filter = InvoiceFilter {
        customer_id: Some(credit.customer_id),
        currency: Some(credit.booking.currency),
        kind: Some(InvoiceKind::Invoice),
        is_issued: Some(true),
        is_open: true,
        ..InvoiceFilter::default()
    };
    let mut open = Vec::new();
    snapshot.invoices(&filter, |invoice| {
        open.push(invoice);
        Ok::<_, Error>(())
    })?;
    open.sort_by_key(|invoice| (invoice.issued.as_ref().map(|issued| issued.due_on), invoice.id));
    Ok(open)
}
