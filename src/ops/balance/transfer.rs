//! Transfers an amount from one customer to another: two entries or none.

use crate::error::{Error, Result};
use crate::model::{Description, EntryKind, Invalid, Key, Money, Posting, Reference, Unit};
use crate::ops::active;
use crate::ops::balance::replay::{KeyedRequest, entry_of_key};
use crate::ops::balance::reverse::replayed;
use crate::ops::balance::{Receipt, check_amount, check_floor, post_pair};
use crate::report::unit_of;
use crate::store::Tx;

/// A transfer between two customers' balances in one unit.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// The unit [default: that of the sender's only balance, else SMS credits].
    pub unit: Option<Unit>,
    /// The amount to transfer; positive.
    pub amount: Money,
    pub description: Description,
    pub reference: Option<Reference>,
    /// The idempotency key: repeating it returns the first receipts instead of posting again.
    pub key: Option<Key>,
    /// Whether the transfer may take the sender's balance below its credit limit.
    pub allow_negative: bool,
}

/// Transfers an amount. Returns the receipt of the sender, then that of the receiver.
pub fn transfer(tx: &mut Tx<'_>, from: &str, to: &str, transfer: &Transfer) -> Result<Vec<Receipt>> {
    let Transfer { unit, amount, description, reference, key, allow_negative } = transfer;
    if *amount < Money::ZERO {
        return Err(Error::invalid("amount", amount, Invalid::rule("must be positive; swap the customers instead")));
    }
    let (sender, receiver) = (tx.customer(from)?, tx.customer(to)?);
    if sender.id == receiver.id {
        return Err(Error::Refused(format!("a transfer from {} to itself moves nothing", sender.account_code)));
    }
    let debit = amount.checked_neg().ok_or(Error::Overflow { what: "the amount" })?;
    let request = KeyedRequest {
        kind: EntryKind::Transfer,
        customer_id: Some(sender.id),
        unit: *unit,
        amount: Some(debit),
        reverses: None,
        description,
        reference: reference.as_ref(),
    };
    if let Some(entry) = entry_of_key(tx, key.as_ref(), &request)? {
        let receipts = replayed(tx, entry)?;
        return match receipts.last().filter(|receipt| receipt.entry.customer_id != receiver.id) {
            Some(_) => {
                let key = key.as_ref().map(ToString::to_string).unwrap_or_default();
                Err(Error::KeyConflict { what: "change of balance", key, field: "to" })
            }
            None => Ok(receipts),
        };
    }
    let (sender, receiver) = (active::customer(tx, from)?, active::customer(tx, to)?);
    let unit = unit_of(tx, &sender, *unit)?;
    check_amount(unit, *amount)?;
    check_floor(tx, &sender, unit, debit, *allow_negative)?;
    let posting = |amount, key: Option<Key>| Posting {
        unit,
        kind: EntryKind::Transfer,
        amount,
        description: description.clone(),
        reference: reference.clone(),
        key,
        reverses: None,
    };
    let (debited, credited) =
        post_pair(tx, "transfer", (&sender, posting(debit, key.clone())), (&receiver, posting(*amount, None)))?;
    Ok(vec![Receipt::new(debited), Receipt::new(credited)])
}
