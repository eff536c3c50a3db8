//! Records refunds to a customer, out of what is left of a payment or credit note.

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::invoice::{ReceivableBooking, ReceivableKind};
use crate::model::{Description, Key, Money, Reference, Unit};
use crate::ops::invoice::{Invoicing, settle};
use crate::ops::payment::{PaymentReceipt, change, check_amount, credit_of, known};
use crate::store::Tx;

/// A refund to record.
#[derive(Debug, Clone)]
pub struct RefundRequest {
    /// The amount [default: all that is left].
    pub amount: Option<Money>,
    /// The day on which the money went [default: today].
    pub on: Option<Date>,
    pub description: Description,
    pub reference: Option<Reference>,
    /// The idempotency key: repeating it returns the first receipt instead of booking again.
    pub key: Option<Key>,
}

/// Records a refund of what is left of a payment or credit note.
///
/// # Errors
/// [`Error::Refused`] when less is left, [`Error::KeyConflict`] when the key was used for another entry.
pub fn refund(tx: &mut Tx<'_>, invoicing: &Invoicing, credit: &str, request: &RefundRequest) -> Result<PaymentReceipt> {
    let credit = credit_of(tx, credit)?;
    let known = known(tx, request.key.as_ref(), |known| {
        let booking = &known.booking;
        let is_of_credit = tx.settlements_of(known.id)?.iter().any(|(settled_by, _)| *settled_by == credit.id);
        Ok([
            ("kind", booking.kind == ReceivableKind::Refund),
            ("payment", is_of_credit),
            ("amount", request.amount.is_none_or(|amount| amount == booking.amount)),
            ("on", request.on.is_none_or(|on| on == booking.booked_on)),
            ("description", booking.description == request.description),
            ("reference", booking.reference == request.reference),
        ])
    })?;
    if let Some(known) = known {
        return PaymentReceipt::of(tx, known.id, true);
    }
    let (left, currency) = (credit.unallocated(), credit.booking.currency);
    let amount = request.amount.unwrap_or(left);
    if left == Money::ZERO || amount > left {
        let left = Unit::Currency(currency).format(left);
        return Err(Error::Refused(format!("{left} {currency} is left of receivable {}", credit.id)));
    }
    check_amount(amount, currency)?;
    let booking = ReceivableBooking {
        currency,
        kind: ReceivableKind::Refund,
        amount,
        invoice: None,
        reverses: None,
        booked_on: request.on.unwrap_or(invoicing.rules.day_of(tx.at())),
        description: request.description.clone(),
        reference: request.reference.clone(),
        key: request.key.clone(),
        documents: None,
    };
    let customer = tx.customer_of(credit.customer_id)?;
    let entry = tx.append_receivable(&customer, booking)?;
    settle(tx, credit.id, entry.id, Some(amount))?;
    let receipt = PaymentReceipt::of(tx, entry.id, false)?;
    tx.record(&change("refund", &receipt.entry).field("of", (), credit.id))?;
    Ok(receipt)
}
