//! Writes off what a customer will not pay, and takes that back. The invoice stays as it was issued, and its tax too.

use crate::error::{Error, Result};
use crate::model::invoice::{Invoice, InvoiceKind, Receivable, ReceivableBooking, ReceivableKind};
use crate::model::{Description, Key, Money, Unit};
use crate::ops::invoice::{Invoicing, change, settle, take_back};
use crate::store::Tx;

/// Why an invoice is written off, or why that is taken back.
#[derive(Debug, Clone)]
pub struct WriteOffRequest {
    pub description: Description,
    /// The idempotency key: repeating it changes nothing more.
    pub key: Option<Key>,
}

/// Writes off what is open of an invoice.
///
/// # Errors
/// [`Error::Refused`] when nothing is open, [`Error::KeyConflict`] when the key was used for something else.
pub fn write_off(tx: &mut Tx<'_>, invoicing: &Invoicing, name: &str, request: &WriteOffRequest) -> Result<Invoice> {
    let invoice = tx.invoice(name)?;
    let is_same = |known: &Receivable| {
        known.booking.kind == ReceivableKind::WriteOff && known.booking.invoice == Some(invoice.id)
    };
    if is_replay(tx, request, is_same)? {
        return Ok(invoice);
    }
    let open = invoice.issued.as_ref().filter(|_| invoice.kind == InvoiceKind::Invoice);
    let open = open.map(crate::model::invoice::IssuedInvoice::open).filter(|open| *open > Money::ZERO);
    let Some(open) = open else {
        return Err(Error::Refused(format!("nothing is open of invoice {}", invoice.name())));
    };
    book_write_off(tx, invoicing, &invoice, open, request)?;
    tx.invoice_of(invoice.id)
}

/// Takes back what was written off of an invoice, which is open again.
///
/// # Errors
/// [`Error::Refused`] when nothing is written off, [`Error::KeyConflict`] when the key was used for something else.
pub fn reverse_write_off(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    name: &str,
    request: &WriteOffRequest,
) -> Result<Invoice> {
    let invoice = tx.invoice(name)?;
    let is_same = |known: &Receivable| {
        known.booking.kind == ReceivableKind::Reversal && known.booking.invoice == Some(invoice.id)
    };
    if is_replay(tx, request, is_same)? {
        return Ok(invoice);
    }
    if reverse_all(tx, invoicing, &invoice, request)?.is_empty() {
        return Err(Error::Refused(format!("nothing is written off of invoice {}", invoice.name())));
    }
    tx.invoice_of(invoice.id)
}

/// Books a write-off of a part of an invoice.
pub(super) fn book_write_off(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    invoice: &Invoice,
    part: Money,
    request: &WriteOffRequest,
) -> Result<()> {
    let booking = ReceivableBooking {
        currency: invoice.currency,
        kind: ReceivableKind::WriteOff,
        amount: part.checked_neg().ok_or(Error::Overflow { what: "the amount" })?,
        invoice: Some(invoice.id),
        reverses: None,
        booked_on: invoicing.rules.day_of(tx.at()),
        description: request.description.clone(),
        reference: None,
        key: request.key.clone(),
        documents: None,
    };
    let customer = tx.customer_of(invoice.customer_id)?;
    let entry = tx.append_receivable(&customer, booking)?;
    if let Some(issued) = &invoice.issued {
        settle(tx, entry.id, issued.receivable, None)?;
    }
    let amount = Unit::Currency(invoice.currency).format(part);
    tx.record(&change("write_off", invoice).field("amount", (), amount).field("receivable", (), entry.id))
}

/// Reverses every write-off of an invoice that was not reversed before, and returns them.
pub(super) fn reverse_all(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    invoice: &Invoice,
    request: &WriteOffRequest,
) -> Result<Vec<Receivable>> {
    let mut reversed = Vec::new();
    let settlements = match &invoice.issued {
        Some(issued) => tx.settlements_of(issued.receivable)?,
        None => Vec::new(),
    };
    for (credit, _) in settlements {
        let written_off = tx.receivable(credit)?;
        if written_off.booking.kind != ReceivableKind::WriteOff {
            continue;
        }
        take_back(tx, written_off.id)?;
        let booking = ReceivableBooking {
            kind: ReceivableKind::Reversal,
            amount: written_off.booking.amount.checked_neg().ok_or(Error::Overflow { what: "the amount" })?,
            reverses: Some(written_off.id),
            booked_on: invoicing.rules.day_of(tx.at()),
            description: request.description.clone(),
            // One key books once.
            key: request.key.clone().filter(|_| reversed.is_empty()),
            ..written_off.booking.clone()
        };
        let customer = tx.customer_of(invoice.customer_id)?;
        let entry = tx.append_receivable(&customer, booking)?;
        settle(tx, written_off.id, entry.id, None)?;
        let amount = Unit::Currency(invoice.currency).format(entry.booking.amount);
        let change = change("reverse_write_off", invoice)
            .field("amount", (), amount)
            .field("of", (), written_off.id)
            .field("receivable", (), entry.id);
        tx.record(&change)?;
        reversed.push(written_off);
    }
    Ok(reversed)
}

/// Whether the key of a request was used for the same request before.
fn is_replay(tx: &Tx<'_>, request: &WriteOffRequest, is_same: impl Fn(&Receivable) -> bool) -> Result<bool> {
    let Some(key) = &request.key else { return Ok(false) };
    let Some(known) = tx.receivable_of_key(key)? else { return Ok(false) };
    let field = match known.booking.description == request.description {
        _ if !is_same(&known) => "invoice",
        false => "description",
        true => return Ok(true),
    };
    Err(Error::KeyConflict { what: known.booking.kind.as_str(), key: key.to_string(), field })
}
