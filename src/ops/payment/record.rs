//! Records payments received, once per key.

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::invoice::{ReceivableBooking, ReceivableKind};
use crate::model::{Currency, Description, Invalid, Key, Money, Reference};
use crate::ops::invoice::Invoicing;
use crate::ops::payment::allocate::{PaymentTarget, apply};
use crate::ops::payment::{PaymentReceipt, change, check_amount, known};
use crate::store::Tx;

/// A payment to record.
#[derive(Debug, Clone)]
pub struct PaymentRequest {
    /// Positive.
    pub amount: Money,
    pub currency: Currency,
    /// The day on which the money came [default: today].
    pub on: Option<Date>,
    pub description: Description,
    pub reference: Option<Reference>,
    /// The idempotency key: repeating it returns the first receipt instead of booking again.
    pub key: Option<Key>,
    pub target: PaymentTarget,
}

/// Records a payment and allocates it. A pro-forma that it pays in full becomes an invoice, and its top-up is posted.
///
/// # Errors
/// [`Error::KeyConflict`] when the key was used for another payment.
pub fn record(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    customer: &str,
    request: &PaymentRequest,
) -> Result<PaymentReceipt> {
    check_amount(request.amount, request.currency)?;
    let customer = tx.customer(customer)?;
    let amount = request.amount.checked_neg().ok_or(Error::Overflow { what: "the amount" })?;
    let known = known(tx, request.key.as_ref(), |known| {
        let booking = &known.booking;
        Ok([
            ("kind", booking.kind == ReceivableKind::Payment),
            ("customer", known.customer_id == customer.id),
            ("currency", booking.currency == request.currency),
            ("amount", booking.amount == amount),
            ("on", request.on.is_none_or(|on| on == booking.booked_on)),
            ("description", booking.description == request.description),
            ("reference", booking.reference == request.reference),
        ])
    })?;
    if let Some(known) = known {
        return PaymentReceipt::of(tx, known.id, true);
    }
    let today = invoicing.rules.day_of(tx.at());
    let booked_on = request.on.unwrap_or(today);
    if booked_on > today {
        return Err(Error::invalid("on", booked_on, Invalid::rule(format!("must not be after today, {today}"))));
    }
    let first = match &request.target {
        PaymentTarget::Invoices(names) => names.first().map(|name| tx.invoice(name)).transpose()?,
        PaymentTarget::Oldest => None,
    };
    let booking = ReceivableBooking {
        currency: request.currency,
        kind: ReceivableKind::Payment,
        amount,
        invoice: first.map(|invoice| invoice.id),
        reverses: None,
        booked_on,
        description: request.description.clone(),
        reference: request.reference.clone(),
        key: request.key.clone(),
        documents: None,
    };
    let entry = tx.append_receivable(&customer, booking)?;
    apply(tx, invoicing, &entry, &request.target, None)?;
    let receipt = PaymentReceipt::of(tx, entry.id, false)?;
    let names: Vec<String> = receipt.invoices.iter().map(crate::model::invoice::Invoice::name).collect();
    tx.record(&change("record", &receipt.entry).field("on", (), booked_on).field("invoices", (), names))?;
    Ok(receipt)
}
