//! Reverses a payment that did not come after all: a bounced cheque, a charge-back, a wrong customer.

use crate::error::{Error, Result};
use crate::model::invoice::{Invoice, ReceivableBooking, ReceivableKind};
use crate::model::{Description, Key};
use crate::ops::invoice::{Invoicing, settle, take_back};
use crate::ops::payment::{PaymentReceipt, change};
use crate::store::Tx;

/// A payment to reverse.
#[derive(Debug, Clone)]
pub struct PaymentReversal {
    /// The number of its entry.
    pub payment: i64,
    pub description: Description,
    pub key: Option<Key>,
}

/// Reverses a payment or refund, once. What it settled is open again; an invoice that it made of a pro-forma stays, and so does its
/// top-up.
///
/// # Errors
/// [`Error::AlreadyReversed`] when it was reversed before, [`Error::Refused`] when it was refunded.
pub fn reverse(tx: &mut Tx<'_>, invoicing: &Invoicing, request: &PaymentReversal) -> Result<PaymentReceipt> {
    let payment = tx.receivable(request.payment)?;
    if let Some(known) = request.key.as_ref().map(|key| tx.receivable_of_key(key)).transpose()?.flatten() {
        if known.booking.reverses == Some(payment.id) {
            return PaymentReceipt::of(tx, known.id, true);
        }
        let key = request.key.as_ref().map(ToString::to_string).unwrap_or_default();
        return Err(Error::KeyConflict { key, field: "payment" });
    }
    if payment.booking.kind != ReceivableKind::Payment {
        let kind = payment.booking.kind;
        return Err(Error::Refused(format!("receivable {} is of kind {kind}, not a payment", payment.id)));
    }
    if let Some(by) = tx.reversal_of_receivable(payment.id)? {
        return Err(Error::AlreadyReversed { entry: payment.id, by: by.id });
    }
    for (debit, _) in tx.allocations_of(payment.id)? {
        if tx.receivable(debit)?.booking.kind == ReceivableKind::Refund {
            return Err(Error::Refused(format!("payment {} was refunded, by receivable {debit}", payment.id)));
        }
    }
    let settled = PaymentReceipt::of(tx, payment.id, false)?.invoices;
    take_back(tx, payment.id)?;
    let booking = ReceivableBooking {
        currency: payment.booking.currency,
        kind: ReceivableKind::Reversal,
        amount: payment.booking.amount.checked_neg().ok_or(Error::Overflow { what: "the amount" })?,
        invoice: None,
        reverses: Some(payment.id),
        booked_on: invoicing.rules.day_of(tx.at()),
        description: request.description.clone(),
        reference: None,
        key: request.key.clone(),
        documents: None,
    };
    let customer = tx.customer_of(payment.customer_id)?;
    let entry = tx.append_receivable(&customer, booking)?;
    settle(tx, payment.id, entry.id, None)?;
    let receipt = PaymentReceipt { invoices: settled, ..PaymentReceipt::of(tx, entry.id, false)? };
    let names: Vec<String> = receipt.invoices.iter().map(Invoice::name).collect();
    tx.record(&change("reverse", &receipt.entry).field("of", (), payment.id).field("open_again", (), names))?;
    Ok(receipt)
}
