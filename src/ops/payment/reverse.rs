//! Reverses a payment that did not come after all: a bounced cheque, a charge-back, a wrong customer.

use crate::error::{Error, Result};
use crate::model::invoice::{Invoice, Receivable, ReceivableBooking, ReceivableKind};
use crate::model::{Description, Key};
use crate::ops::invoice::{Invoicing, settle, take_back};
use crate::ops::payment::{PaymentReceipt, change, known};
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
/// [`Error::AlreadyReversed`] when it was reversed before, [`Error::Refused`] when it was refunded, [`Error::KeyConflict`] when the key
/// was used for another entry.
pub fn reverse(tx: &mut Tx<'_>, invoicing: &Invoicing, request: &PaymentReversal) -> Result<PaymentReceipt> {
    let payment = tx.receivable(request.payment)?;
    let known = known(tx, request.key.as_ref(), |known| {
        Ok([
            ("kind", known.booking.kind == ReceivableKind::Reversal),
            ("payment", known.booking.reverses == Some(payment.id)),
            ("description", known.booking.description == request.description),
        ])
    })?;
    if let Some(known) = known {
        return replayed(tx, payment.id, &known);
    }
    if payment.booking.kind != ReceivableKind::Payment {
        let kind = payment.booking.kind;
        return Err(Error::Refused(format!("receivable {} is of kind {kind}, not a payment", payment.id)));
    }
    if let Some(by) = tx.reversal_of_receivable(payment.id)? {
        return Err(Error::AlreadyReversed { what: "receivable", entry: payment.id, by: by.id });
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

/// The receipt of a reversal that was made before: it names the invoices that the reversal opened again.
fn replayed(tx: &Tx<'_>, payment: i64, reversal: &Receivable) -> Result<PaymentReceipt> {
    let mut invoices = Vec::new();
    for debit in tx.debits_taken_back(payment, reversal.at)? {
        if let Some(invoice) = tx.receivable(debit)?.booking.invoice {
            invoices.push(tx.invoice_of(invoice)?);
        }
    }
    Ok(PaymentReceipt { invoices, ..PaymentReceipt::of(tx, reversal.id, true)? })
}
