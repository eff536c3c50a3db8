//! Balances: the rules by which people and scripts move them.

use crate::error::{Error, Result};
use crate::model::{
    Balance, Change, Customer, Description, Entry, EntryKind, Invalid, Key, Money, Noun, Posting, Reference, Unit,
};
use crate::ops::customer;
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

/// The entry that a change of balance left, and whether it had left it earlier already.
#[derive(Debug, Clone)]
pub struct Receipt {
    pub entry: Entry,
    pub replayed: bool,
}

/// Changes a customer's balance, once per key for ever.
///
/// # Errors
/// [`Error::InsufficientBalance`] when it would sink below `-credit_limit`, [`Error::KeyConflict`] when the key was used
/// for another change. A refused change does not use up its key.
pub fn adjust(tx: &mut Tx<'_>, customer: &str, adjustment: &Adjustment) -> Result<Receipt> {
    if adjustment.amount == Money::ZERO {
        return Err(Error::invalid("amount", adjustment.amount, Invalid::rule("must not be zero")));
    }
    if let Some(key) = &adjustment.key
        && let Some(entry) = tx.entry_of_key(key)?
    {
        return replay(&tx.customer(customer)?, key, adjustment, entry);
    }
    let customer = customer::active(tx, customer)?;
    let unit = unit_of(tx, &customer, adjustment.unit)?;
    unit.check(adjustment.amount).map_err(|rule| Error::invalid("amount", adjustment.amount, rule))?;
    if !adjustment.allow_negative {
        refuse_below_limit(tx, &customer, unit, adjustment.amount)?;
    }
    let posting = Posting {
        unit,
        kind: EntryKind::Adjustment,
        amount: adjustment.amount,
        description: adjustment.description.clone(),
        reference: adjustment.reference.clone(),
        key: adjustment.key.clone(),
        reverses: None,
    };
    let entry = post(tx, &customer, posting)?;
    Ok(Receipt { entry, replayed: false })
}

/// Adds an entry to the ledger and a line to the audit log.
fn post(tx: &mut Tx<'_>, customer: &Customer, posting: Posting) -> Result<Entry> {
    let unit = posting.unit;
    let before = tx.balance(customer, unit)?.map(|balance| unit.format(balance.balance));
    let entry = tx.append_entry(customer, posting)?;
    let subject = Balance::name_of(&customer.account_code, unit);
    let change = Change::new(Noun::Balance, "adjust", subject, Some(customer.id))
        .field("balance", before, unit.format(entry.balance_after))
        .field("entry", (), entry.id)
        .field("description", (), entry.posting.description.as_str());
    tx.record(&change)?;
    Ok(entry)
}

/// The first receipt of a key, if it was given for the same change.
fn replay(customer: &Customer, key: &Key, adjustment: &Adjustment, entry: Entry) -> Result<Receipt> {
    let posting = &entry.posting;
    let differs = if entry.customer_id != customer.id {
        Some("customer")
    } else if posting.kind != EntryKind::Adjustment {
        Some("kind")
    } else if adjustment.unit.is_some_and(|unit| unit != posting.unit) {
        Some("unit")
    } else if posting.amount != adjustment.amount {
        Some("amount")
    } else if posting.description != adjustment.description {
        Some("description")
    } else if posting.reference != adjustment.reference {
        Some("reference")
    } else {
        None
    };
    match differs {
        Some(field) => Err(Error::KeyConflict { key: key.to_string(), field }),
        None => Ok(Receipt { entry, replayed: true }),
    }
}

/// The unit that is meant when none is given: the customer's only one, or SMS credits when it has none yet.
fn unit_of(tx: &Tx<'_>, customer: &Customer, given: Option<Unit>) -> Result<Unit> {
    if let Some(unit) = given {
        return Ok(unit);
    }
    match tx.balances_of(customer)?.as_slice() {
        [] => Ok(Unit::Sms),
        [only] => Ok(only.unit),
        several => Err(Error::Ambiguous {
            noun: Noun::Balance,
            name: customer.account_code.to_string(),
            matches: several.iter().map(|balance| balance.unit.to_string()).collect(),
        }),
    }
}

fn refuse_below_limit(tx: &Tx<'_>, customer: &Customer, unit: Unit, amount: Money) -> Result<()> {
    let (balance, limit) =
        tx.balance(customer, unit)?.map_or((Money::ZERO, Money::ZERO), |found| (found.balance, found.credit_limit));
    let after = balance.checked_add(amount).ok_or(Error::Overflow { what: "the balance" })?;
    let floor = limit.checked_neg().ok_or(Error::Overflow { what: "the credit limit" })?;
    if amount < Money::ZERO && after < floor {
        let customer = customer.account_code.clone();
        return Err(Error::InsufficientBalance { customer, unit, balance, amount, after, floor });
    }
    Ok(())
}

/// Sets how far below zero manual changes may take a balance.
pub fn set_credit_limit(tx: &mut Tx<'_>, customer: &str, unit: Option<Unit>, limit: Money) -> Result<Balance> {
    let customer = customer::active(tx, customer)?;
    let unit = unit_of(tx, &customer, unit)?;
    let refused = |rule| Error::invalid("credit_limit", limit, rule);
    unit.check(limit).map_err(refused)?;
    if limit < Money::ZERO {
        return Err(refused(Invalid::rule("must not be negative")));
    }
    // A customer that has no balance in this unit gets an empty one, even where the limit is that of every new one.
    let before = tx.balance(&customer, unit)?.map(|balance| balance.credit_limit);
    if before != Some(limit) {
        tx.set_credit_limit(&customer, unit, limit)?;
        let subject = Balance::name_of(&customer.account_code, unit);
        let change = Change::new(Noun::Balance, "limit", subject, Some(customer.id)).field(
            "credit_limit",
            before.map(|limit| unit.format(limit)),
            unit.format(limit),
        );
        tx.record(&change)?;
    }
    tx.balance(&customer, unit)?.ok_or_else(|| Error::Internal("a balance just written is not there".to_owned()))
}
