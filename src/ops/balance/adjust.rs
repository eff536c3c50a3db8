//! Adding to a balance, or taking from it.

use crate::error::{Error, Result};
use crate::model::{Description, EntryKind, Invalid, Key, Money, Posting, Reference, Unit};
use crate::ops::active;
use crate::ops::balance::replay::{Claim, entry_of_key};
use crate::ops::balance::{Receipt, check_amount, check_floor, post};
use crate::report::unit_of;
use crate::store::Tx;

/// A manual change of a balance.
#[derive(Debug, Clone)]
pub struct Adjustment {
    /// The unit, if it is not to be the customer's only one or SMS credits.
    pub unit: Option<Unit>,
    /// What to add; negative takes away. Not zero.
    pub amount: Money,
    pub description: Description,
    pub reference: Option<Reference>,
    /// The caller's name for this change: repeated, it gives the first receipt again.
    pub key: Option<Key>,
    /// Whether the change may take the balance below its credit limit.
    pub allow_negative: bool,
}

/// Changes a customer's balance, once per key for ever.
///
/// # Errors
/// [`Error::InsufficientBalance`] when it would sink below `-credit_limit`, [`Error::KeyConflict`] when the key was used
/// for another change. A refused change does not use up its key.
pub fn adjust(tx: &mut Tx<'_>, customer: &str, adjustment: &Adjustment) -> Result<Receipt> {
    let Adjustment { unit, amount, description, reference, key, allow_negative } = adjustment;
    if *amount == Money::ZERO {
        return Err(Error::invalid("amount", amount, Invalid::rule("must not be zero")));
    }
    let claim = Claim {
        kind: EntryKind::Adjustment,
        customer_id: Some(tx.customer(customer)?.id),
        unit: *unit,
        amount: Some(*amount),
        reverses: None,
        description,
        reference: reference.as_ref(),
    };
    if let Some(entry) = entry_of_key(tx, key.as_ref(), &claim)? {
        return Ok(Receipt::replayed(entry));
    }
    let customer = active::customer(tx, customer)?;
    let unit = unit_of(tx, &customer, *unit)?;
    check_amount(unit, *amount)?;
    check_floor(tx, &customer, unit, *amount, *allow_negative)?;
    let posting = Posting {
        unit,
        kind: EntryKind::Adjustment,
        amount: *amount,
        description: description.clone(),
        reference: reference.clone(),
        key: key.clone(),
        reverses: None,
    };
    Ok(Receipt::new(post(tx, "adjust", &customer, posting)?))
}
