//! Writes off what a customer will not pay. The invoice stays as it was issued, and its tax too.

use crate::error::{Error, Result};
use crate::model::invoice::{Invoice, InvoiceKind, ReceivableBooking, ReceivableKind};
use crate::model::{Description, Money, Unit};
use crate::ops::invoice::{Invoicing, change, settle};
use crate::store::Tx;

/// Writes off what is open of an invoice.
///
/// # Errors
/// [`Error::Refused`] when nothing is open.
pub fn write_off(tx: &mut Tx<'_>, invoicing: &Invoicing, name: &str, why: Description) -> Result<Invoice> {
    let invoice = tx.invoice(name)?;
    let open = invoice.issued.as_ref().filter(|_| invoice.kind == InvoiceKind::Invoice);
    let open = open.map(|issued| (issued.receivable, issued.open())).filter(|(_, open)| *open > Money::ZERO);
    let Some((receivable, open)) = open else {
        return Err(Error::Refused(format!("nothing is open of invoice {}", invoice.name())));
    };
    let booking = ReceivableBooking {
        currency: invoice.currency,
        kind: ReceivableKind::WriteOff,
        amount: open.checked_neg().ok_or(Error::Overflow { what: "the amount" })?,
        invoice: Some(invoice.id),
        reverses: None,
        booked_on: invoicing.rules.day_of(tx.at()),
        description: why,
        reference: None,
        key: None,
        documents: None,
    };
    let customer = tx.customer_of(invoice.customer_id)?;
    let entry = tx.append_receivable(&customer, booking)?;
    settle(tx, entry.id, receivable, None)?;
    let amount = Unit::Currency(invoice.currency).format(open);
    tx.record(&change("write_off", &invoice).field("amount", (), amount).field("receivable", (), entry.id))?;
    tx.invoice_of(invoice.id)
}
