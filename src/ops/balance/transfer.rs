//! Moving money or credits from one customer to another: two entries or none.

use crate::error::{Error, Result};
use crate::model::{Description, EntryKind, Invalid, Key, Money, Posting, Reference, Unit};
use crate::ops::active;
use crate::ops::balance::replay::{Claim, entry_of_key};
use crate::ops::balance::reverse::replayed;
use crate::ops::balance::{Receipt, check_amount, check_floor, post_pair};
use crate::report::unit_of;
use crate::store::Tx;

/// A move between two customers' balances in one unit.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// The unit, if it is not to be the giver's only one or SMS credits.
    pub unit: Option<Unit>,
    /// What is moved; positive.
    pub amount: Money,
    pub description: Description,
    pub reference: Option<Reference>,
    /// The caller's name for this change: repeated, it gives the first receipts again.
    pub key: Option<Key>,
    /// Whether the transfer may take the giver's balance below its credit limit.
    pub allow_negative: bool,
}

/// Takes an amount from one customer and gives it to another; the receipts come in that order.
pub fn transfer(tx: &mut Tx<'_>, from: &str, to: &str, transfer: &Transfer) -> Result<Vec<Receipt>> {
    let Transfer { unit, amount, description, reference, key, allow_negative } = transfer;
    if *amount < Money::ZERO {
        return Err(Error::invalid("amount", amount, Invalid::rule("must be positive; swap the customers instead")));
    }
    let (giver, taker) = (tx.customer(from)?, tx.customer(to)?);
    if giver.id == taker.id {
        return Err(Error::Refused(format!("a transfer from {} to itself moves nothing", giver.account_code)));
    }
    let debit = amount.checked_neg().ok_or(Error::Overflow { what: "the amount" })?;
    let claim = Claim {
        kind: EntryKind::Transfer,
        customer_id: Some(giver.id),
        unit: *unit,
        amount: Some(debit),
        reverses: None,
        description,
        reference: reference.as_ref(),
    };
    if let Some(entry) = entry_of_key(tx, key.as_ref(), &claim)? {
        let receipts = replayed(tx, entry)?;
        return match receipts.last().filter(|receipt| receipt.entry.customer_id != taker.id) {
            Some(_) => {
                Err(Error::KeyConflict { key: key.as_ref().map(ToString::to_string).unwrap_or_default(), field: "to" })
            }
            None => Ok(receipts),
        };
    }
    let (giver, taker) = (active::customer(tx, from)?, active::customer(tx, to)?);
    let unit = unit_of(tx, &giver, *unit)?;
    check_amount(unit, *amount)?;
    check_floor(tx, &giver, unit, debit, *allow_negative)?;
    let half = |amount, key: Option<Key>| Posting {
        unit,
        kind: EntryKind::Transfer,
        amount,
        description: description.clone(),
        reference: reference.clone(),
        key,
        reverses: None,
    };
    let (out, into) = post_pair(tx, "transfer", (&giver, half(debit, key.clone())), (&taker, half(*amount, None)))?;
    Ok(vec![Receipt::new(out), Receipt::new(into)])
}
