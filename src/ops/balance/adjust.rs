//! Adjusts a balance: a positive amount adds, a negative amount subtracts.

use crate::error::{Error, Result};
use crate::model::{Description, EntryKind, Invalid, Key, Money, Posting, Reference, Unit};
use crate::ops::active;
use crate::ops::balance::replay::{KeyedRequest, entry_of_key};
use crate::ops::balance::{Receipt, check_amount, check_floor, post};
use crate::report::unit_of;
use crate::store::Tx;

/// A manual change of a balance.
#[derive(Debug, Clone)]
pub struct Adjustment {
    /// The unit [default: that of the customer's only balance, else SMS credits].
    pub unit: Option<Unit>,
    /// The amount to add; negative to subtract. Not zero.
    pub amount: Money,
    pub description: Description,
    pub reference: Option<Reference>,
    /// The idempotency key: repeating it returns the first receipt instead of posting again.
    pub key: Option<Key>,
    /// Whether the change may take the balance below its credit limit.
    pub allow_negative: bool,
}

/// Adjusts a customer's balance, once per key.
///
/// # Errors
/// [`Error::InsufficientBalance`] when the balance would fall below `-credit_limit`, [`Error::KeyConflict`] when the key
/// was used for another change. A refused adjustment does not use its key.
pub fn adjust(tx: &mut Tx<'_>, customer: &str, adjustment: &Adjustment) -> Result<Receipt> {
    let Adjustment { unit, amount, description, reference, key, allow_negative } = adjustment;
    if *amount == Money::ZERO {
        return Err(Error::invalid("amount", amount, Invalid::rule("must not be zero")));
    }
    let request = KeyedRequest {
        kind: EntryKind::Adjustment,
        customer_id: Some(tx.customer(customer)?.id),
        unit: *unit,
        amount: Some(*amount),
        reverses: None,
        description,
        reference: reference.as_ref(),
    };
    if let Some(entry) = entry_of_key(tx, key.as_ref(), &request)? {
        return Receipt::replayed(tx, entry);
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
