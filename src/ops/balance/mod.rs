//! Balances: adjustments, transfers, reversals and credit limits, with their rules.
//!
//! Every change is an entry of the ledger and a record of the audit log. `replay` makes changes with a key idempotent.

mod accrued;
mod adjust;
mod import;
mod limit;
mod replay;
mod reverse;
mod transfer;

use crate::error::{Error, Result};
use crate::model::{Balance, Change, Customer, EntityKind, Entry, Invalid, Money, Posting, Unit};
use crate::store::{Appended, Tx};

pub use accrued::{DueCharges, PostedCharges, post_accrued};
pub(crate) use accrued::{accrue, post_some};
pub use adjust::{Adjustment, adjust};
pub use import::{AdjustmentRow, import};
pub use limit::set_credit_limit;
pub(in crate::ops) use reverse::post_reversal;
pub use reverse::{Reversal, reverse};
pub use transfer::{Transfer, transfer};

/// The entry of a change of balance, and whether it was posted by an earlier request with the same key.
#[derive(Debug, Clone)]
pub struct Receipt {
    pub entry: Entry,
    /// What the balance is now, with what it has accrued.
    pub balance: Money,
    pub replayed: bool,
}

impl Receipt {
    fn new(appended: Appended) -> Self {
        Self { entry: appended.entry, balance: appended.after, replayed: false }
    }

    fn replayed(tx: &Tx<'_>, entry: Entry) -> Result<Self> {
        let customer = tx.customer_of(entry.customer_id)?;
        let balance = tx.balance(&customer, entry.posting.unit)?.map_or(entry.balance_after, |found| found.balance);
        Ok(Self { entry, balance, replayed: true })
    }
}

/// Refuses zero and amounts that the unit cannot represent.
fn check_amount(unit: Unit, amount: Money) -> Result<()> {
    let refused = |rule| Error::invalid("amount", amount, rule);
    if amount == Money::ZERO {
        return Err(refused(Invalid::rule("must not be zero")));
    }
    unit.check(amount).map(drop).map_err(refused)
}

/// Refuses an amount that takes the balance below its credit limit, unless that is allowed.
fn check_floor(tx: &Tx<'_>, customer: &Customer, unit: Unit, amount: Money, allow_negative: bool) -> Result<()> {
    let (balance, limit) =
        tx.balance(customer, unit)?.map_or((Money::ZERO, Money::ZERO), |found| (found.balance, found.credit_limit));
    let after = balance.checked_add(amount).ok_or(Error::Overflow { what: "the balance" })?;
    let floor = limit.checked_neg().ok_or(Error::Overflow { what: "the credit limit" })?;
    if !allow_negative && amount < Money::ZERO && after < floor {
        let customer = customer.account_code.clone();
        return Err(Error::InsufficientBalance { customer, unit, balance, amount, after, floor });
    }
    Ok(())
}

/// Posts an entry to the ledger and records it in the audit log.
pub(in crate::ops) fn post(tx: &mut Tx<'_>, action: &str, customer: &Customer, posting: Posting) -> Result<Appended> {
    let appended = tx.append_entry(customer, posting)?;
    record(tx, action, customer, &appended)?;
    Ok(appended)
}

/// Posts two entries that belong together, and records each in the audit log.
fn post_pair(
    tx: &mut Tx<'_>,
    action: &str,
    first: (&Customer, Posting),
    second: (&Customer, Posting),
) -> Result<(Appended, Appended)> {
    let (first_customer, second_customer) = (first.0, second.0);
    let [first, second] = tx.append_pair(first, second)?;
    record(tx, action, first_customer, &first)?;
    record(tx, action, second_customer, &second)?;
    Ok((first, second))
}

fn record(tx: &mut Tx<'_>, action: &str, customer: &Customer, appended: &Appended) -> Result<()> {
    let Appended { before, after, entry } = appended;
    let unit = entry.posting.unit;
    let subject = Balance::name_of(&customer.account_code, unit);
    let change = Change::new(EntityKind::Balance, action, subject, Some(customer.id))
        .field("balance", before.map(|balance| unit.format(balance)), unit.format(*after))
        .field("entry", (), entry.id)
        .field("description", (), entry.posting.description.as_str());
    tx.record(&change)
}
