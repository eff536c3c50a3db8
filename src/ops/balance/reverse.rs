//! Reverses an entry by posting its opposite. The ledger keeps both entries.

use crate::error::{Error, Result};
use crate::model::{Description, Entry, EntryKind, Key, Posting, Reference};
use crate::ops::active;
use crate::ops::balance::replay::{KeyedRequest, entry_of_key};
use crate::ops::balance::{Receipt, check_floor, post, post_pair};
use crate::store::Tx;

/// A request to reverse an entry.
#[derive(Debug, Clone)]
pub struct Reversal {
    /// The ID of the entry.
    pub entry: i64,
    pub description: Description,
    pub reference: Option<Reference>,
    /// The idempotency key: repeating it returns the first receipts instead of posting again.
    pub key: Option<Key>,
    /// Whether the reversal may take the balance below its credit limit.
    pub allow_negative: bool,
}

/// Reverses an entry, once. Reversing one side of a transfer reverses the other too, so that the total stays the same.
///
/// # Errors
/// [`Error::AlreadyReversed`] when it was reversed before; [`Error::Refused`] for a reversal, which is corrected by a new
/// adjustment.
pub fn reverse(tx: &mut Tx<'_>, reversal: &Reversal) -> Result<Vec<Receipt>> {
    let request = KeyedRequest {
        kind: EntryKind::Reversal,
        customer_id: None,
        unit: None,
        amount: None,
        reverses: Some(reversal.entry),
        description: &reversal.description,
        reference: reversal.reference.as_ref(),
    };
    if let Some(entry) = entry_of_key(tx, reversal.key.as_ref(), &request)? {
        return replayed(tx, entry);
    }
    if let Some(invoice) = tx.invoice_of_entry(reversal.entry)? {
        let (entry, invoice) = (reversal.entry, invoice.name());
        return Err(Error::Refused(format!("entry {entry} was posted by {invoice}; credit that invoice instead")));
    }
    post_reversal(tx, reversal)
}

/// Reverses an entry, whatever posted it.
pub(in crate::ops) fn post_reversal(tx: &mut Tx<'_>, reversal: &Reversal) -> Result<Vec<Receipt>> {
    let original = tx.entry(reversal.entry)?;
    let first = opposite(tx, reversal, &original, reversal.key.clone())?;
    let Some(counterpart) = original.counterpart else {
        let customer = active::customer(tx, original.customer.as_str())?;
        return Ok(vec![Receipt::new(post(tx, "reverse", &customer, first)?)]);
    };
    let other = tx.entry(counterpart)?;
    let second = opposite(tx, reversal, &other, None)?;
    let (from, to) =
        (active::customer(tx, original.customer.as_str())?, active::customer(tx, other.customer.as_str())?);
    let (first, second) = post_pair(tx, "reverse", (&from, first), (&to, second))?;
    Ok(vec![Receipt::new(first), Receipt::new(second)])
}

/// The posting that reverses an entry, if that is allowed.
fn opposite(tx: &Tx<'_>, reversal: &Reversal, original: &Entry, key: Option<Key>) -> Result<Posting> {
    let posting = &original.posting;
    if posting.kind == EntryKind::Reversal {
        return Err(Error::Refused(format!("entry {} is a reversal itself; post an adjustment instead", original.id)));
    }
    if let Some(reversal) = tx.reversal_of(original.id)? {
        return Err(Error::AlreadyReversed { what: "entry", entry: original.id, by: reversal.id });
    }
    let customer = active::customer(tx, original.customer.as_str())?;
    let amount = posting.amount.checked_neg().ok_or(Error::Overflow { what: "the amount" })?;
    check_floor(tx, &customer, posting.unit, amount, reversal.allow_negative)?;
    Ok(Posting {
        unit: posting.unit,
        kind: EntryKind::Reversal,
        amount,
        description: reversal.description.clone(),
        reference: reversal.reference.clone(),
        key,
        reverses: Some(original.id),
    })
}

/// The receipts of entries that were posted earlier: the entry and its counterpart, if it has one.
pub(super) fn replayed(tx: &Tx<'_>, entry: Entry) -> Result<Vec<Receipt>> {
    let other = entry.counterpart.map(|id| tx.entry(id)).transpose()?;
    std::iter::once(entry).chain(other).map(|entry| Receipt::replayed(tx, entry)).collect()
}
