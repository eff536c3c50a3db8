//! What customers have to pay: issued invoices that are not settled, and pro-formas that wait for their payment.

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::Money;
use crate::model::invoice::{
    CreditorReference, Invoice, InvoiceKind, InvoiceRules, OpenInvoice, Receivable, ReceivableKind,
};
use crate::report::{IssueTerms, copy_of_draft};
use crate::store::{InvoiceFilter, ReceivableFilter, Snapshot};

/// What a customer, or all customers, have to pay.
pub fn open_invoices(
    snapshot: &Snapshot<'_>,
    rules: &InvoiceRules,
    today: Date,
    customer_id: Option<i64>,
) -> Result<Vec<OpenInvoice>> {
    let issued = InvoiceFilter { customer_id, is_issued: Some(true), is_open: true, ..InvoiceFilter::default() };
    let drafts = InvoiceFilter { customer_id, is_issued: Some(false), ..InvoiceFilter::default() };
    let mut found = Vec::new();
    for filter in [issued, drafts] {
        snapshot.invoices(&filter, |invoice| {
            let is_payable = invoice.issued.is_some() || invoice.details.top_up.is_some();
            if is_payable && invoice.kind != InvoiceKind::CreditNote && invoice.cancelled_at.is_none() {
                found.push(invoice);
            }
            Ok::<_, Error>(())
        })?;
    }
    let open = found.into_iter().map(|invoice| {
        let open = match &invoice.issued {
            Some(issued) => issued.open(),
            None => open_of_pro_forma(snapshot, rules, today, &invoice)?,
        };
        Ok(of(invoice, open))
    });
    open.collect()
}

fn of(invoice: Invoice, open: Money) -> OpenInvoice {
    OpenInvoice {
        id: invoice.id,
        number: invoice.issued.map(|issued| issued.number),
        reference: CreditorReference::of_invoice(invoice.id),
        customer: invoice.customer,
        customer_name: invoice.organisation.to_string(),
        currency: invoice.currency,
        open,
    }
}

/// The gross amount less what was paid in advance; nothing where the tax is not decided.
fn open_of_pro_forma(snapshot: &Snapshot<'_>, rules: &InvoiceRules, today: Date, draft: &Invoice) -> Result<Money> {
    let gross = match copy_of_draft(snapshot, rules, draft, IssueTerms::on(today)) {
        Ok((copy, _)) => copy.totals.gross,
        Err(Error::TaxUndecided { .. }) => return Ok(Money::ZERO),
        Err(error) => return Err(error),
    };
    let mut open = gross;
    for payment in unallocated_payments(snapshot, draft.id)? {
        let paid = payment.unallocated().checked_neg();
        open = paid.and_then(|paid| open.checked_add(paid)).ok_or(Error::Overflow { what: "what is paid" })?;
    }
    Ok(open)
}

/// The payments that were made for a draft and are not allocated, oldest first.
pub fn unallocated_payments(snapshot: &Snapshot<'_>, draft: i64) -> Result<Vec<Receivable>> {
    let filter = ReceivableFilter {
        invoice: Some(draft),
        kind: Some(ReceivableKind::Payment),
        is_open: true,
        ..ReceivableFilter::default()
    };
    let mut payments = Vec::new();
    snapshot.receivables(&filter, |payment| {
        payments.push(payment);
        Ok::<_, Error>(())
    })?;
    Ok(payments)
}
