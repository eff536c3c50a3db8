//! Payments received, the invoices that they settle, and refunds.

mod allocate;
mod bank;
mod record;
mod refund;
mod reverse;

use crate::error::{Error, Result};
use crate::model::invoice::{Invoice, Receivable, ReceivableKind, rounding};
use crate::model::{Change, Currency, EntityKind, Invalid, Key, Money, Unit};
use crate::store::Snapshot;

pub use allocate::{PaymentTarget, allocate};
pub use bank::{BankEntryResult, import_bank};
pub use record::{PaymentRequest, record};
pub use refund::{RefundRequest, refund};
pub use reverse::{PaymentReversal, reverse};

/// An entry of receivables as it is after a command, and what came of it.
#[derive(Debug, Clone)]
pub struct PaymentReceipt {
    pub entry: Receivable,
    /// The invoices that it settles now, in full or in part.
    pub invoices: Vec<Invoice>,
    /// Whether it was booked by an earlier request with the same key.
    pub replayed: bool,
}

impl PaymentReceipt {
    fn of(snapshot: &Snapshot<'_>, id: i64, replayed: bool) -> Result<Self> {
        let settled = snapshot.allocations_of(id)?;
        let entries = settled.into_iter().map(|(debit, _)| snapshot.receivable(debit));
        let entries: Vec<Receivable> = entries.collect::<Result<_>>()?;
        let invoices = entries.iter().filter_map(|entry| entry.booking.invoice);
        let invoices = invoices.map(|invoice| snapshot.invoice_of(invoice)).collect::<Result<_>>()?;
        Ok(Self { entry: snapshot.receivable(id)?, invoices, replayed })
    }
}

/// The credit of a name: the number of an entry, or of a credit note.
fn credit_of(snapshot: &Snapshot<'_>, name: &str) -> Result<Receivable> {
    let entry = if let Ok(id) = name.parse() {
        snapshot.receivable(id)?
    } else {
        let receivable = snapshot.invoice(name)?.issued.map(|issued| issued.receivable);
        snapshot.receivable(receivable.ok_or_else(|| Error::Refused(format!("{name} is a draft")))?)?
    };
    if !matches!(entry.booking.kind, ReceivableKind::Payment | ReceivableKind::CreditNote) {
        return Err(Error::Refused(format!("receivable {} is of kind {}", entry.id, entry.booking.kind)));
    }
    Ok(entry)
}

/// The entry that was booked with a key before, if any.
///
/// # Errors
/// [`Error::KeyConflict`] if it is of another request: `fields` says which of its fields are the same.
fn known<const N: usize>(
    snapshot: &Snapshot<'_>,
    key: Option<&Key>,
    fields: impl FnOnce(&Receivable) -> Result<[(&'static str, bool); N]>,
) -> Result<Option<Receivable>> {
    let Some(key) = key else { return Ok(None) };
    let Some(known) = snapshot.receivable_of_key(key)? else { return Ok(None) };
    match fields(&known)?.into_iter().find(|(_, is_same)| !is_same) {
        None => Ok(Some(known)),
        Some((field, _)) => Err(Error::KeyConflict { what: known.booking.kind.as_str(), key: key.to_string(), field }),
    }
}

/// Refuses amounts that are not positive, or smaller than the minor unit.
fn check_amount(amount: Money, currency: Currency) -> Result<()> {
    let refused = |rule| Err(Error::invalid("amount", amount, Invalid::rule(rule)));
    if amount <= Money::ZERO {
        return refused("must be positive".to_owned());
    }
    if !rounding::is_in_minor_units(amount, currency) {
        return refused(format!("must have at most {} decimals in {currency}", currency.decimals()));
    }
    Ok(())
}

/// A change of a payment, for the audit log.
fn change(action: &str, entry: &Receivable) -> Change {
    let unit = Unit::Currency(entry.booking.currency);
    Change::new(EntityKind::Payment, action, entry.id, Some(entry.customer_id))
        .field("amount", (), unit.format(entry.booking.amount))
        .field("currency", (), entry.booking.currency)
}
