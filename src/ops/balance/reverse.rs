//! Undoing an entry by another one. Nothing is taken back: the ledger shows both.

use crate::error::{Error, Result};
use crate::model::{Description, Entry, EntryKind, Key, Posting, Reference};
use crate::ops::active;
use crate::ops::balance::replay::{Claim, entry_of_key};
use crate::ops::balance::{Receipt, check_floor, post, post_pair};
use crate::store::Tx;

/// The wish to undo an entry.
#[derive(Debug, Clone)]
pub struct Reversal {
    /// The number of the entry.
    pub entry: i64,
    pub description: Description,
    pub reference: Option<Reference>,
    /// The caller's name for this change: repeated, it gives the first receipts again.
    pub key: Option<Key>,
    /// Whether the reversal may take the balance below its credit limit.
    pub allow_negative: bool,
}

/// Undoes an entry, once. Half of a transfer takes the other half with it, so that nothing is made or lost.
///
/// # Errors
/// [`Error::AlreadyReversed`] when it was undone before; [`Error::Refused`] for a reversal, which is corrected by a new
/// adjustment.
pub fn reverse(tx: &mut Tx<'_>, reversal: &Reversal) -> Result<Vec<Receipt>> {
    let claim = Claim {
        kind: EntryKind::Reversal,
        customer_id: None,
        unit: None,
        amount: None,
        reverses: Some(reversal.entry),
        description: &reversal.description,
        reference: reversal.reference.as_ref(),
    };
    if let Some(entry) = entry_of_key(tx, reversal.key.as_ref(), &claim)? {
        return replayed(tx, entry);
    }
    let undone = tx.entry(reversal.entry)?;
    let first = opposite(tx, reversal, &undone, reversal.key.clone())?;
    let Some(counterpart) = undone.counterpart else {
        let customer = active::customer(tx, undone.customer.as_str())?;
        return Ok(vec![Receipt::new(post(tx, "reverse", &customer, first)?)]);
    };
    let other = tx.entry(counterpart)?;
    let second = opposite(tx, reversal, &other, None)?;
    let (from, to) = (active::customer(tx, undone.customer.as_str())?, active::customer(tx, other.customer.as_str())?);
    let (first, second) = post_pair(tx, "reverse", (&from, first), (&to, second))?;
    Ok(vec![Receipt::new(first), Receipt::new(second)])
}

/// The posting that undoes an entry, if it may be undone.
fn opposite(tx: &Tx<'_>, reversal: &Reversal, undone: &Entry, key: Option<Key>) -> Result<Posting> {
    let posting = &undone.posting;
    if posting.kind == EntryKind::Reversal {
        return Err(Error::Refused(format!("entry {} is a reversal itself; book an adjustment instead", undone.id)));
    }
    if let Some(reversal) = tx.reversal_of(undone.id)? {
        return Err(Error::AlreadyReversed { entry: undone.id, by: reversal.id });
    }
    let customer = active::customer(tx, undone.customer.as_str())?;
    let amount = posting.amount.checked_neg().ok_or(Error::Overflow { what: "the amount" })?;
    check_floor(tx, &customer, posting.unit, amount, reversal.allow_negative)?;
    Ok(Posting {
        unit: posting.unit,
        kind: EntryKind::Reversal,
        amount,
        description: reversal.description.clone(),
        reference: reversal.reference.clone(),
        key,
        reverses: Some(undone.id),
    })
}

/// The receipts of a reversal made earlier: of the entry itself and of its other half, if it had one.
pub(super) fn replayed(tx: &Tx<'_>, entry: Entry) -> Result<Vec<Receipt>> {
    let other = entry.counterpart.map(|id| tx.entry(id)).transpose()?;
    Ok(std::iter::once(entry).chain(other).map(Receipt::replayed).collect())
}
