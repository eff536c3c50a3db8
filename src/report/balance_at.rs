//! The balances of a customer at a past time.

use crate::error::{Error, Result};
use crate::model::{AccountCode, Customer, Money, Time, Unit};
use crate::store::{BalanceFilter, EntryFilter, Snapshot};

/// A balance just before a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceAt {
    pub customer: AccountCode,
    pub unit: Unit,
    pub balance: Money,
    /// The part of the balance that was accrued and not posted.
    pub accrued: Money,
    /// The time; entries and charges at or after it do not count.
    pub before: Time,
    /// The ID of the last entry before the time, if there is one.
    pub entry: Option<i64>,
}

/// The balances of a customer just before a time, one for each unit in which it has a balance now.
pub fn balances_at(snapshot: &Snapshot<'_>, customer: &Customer, before: Time) -> Result<Vec<BalanceAt>> {
    let balances = snapshot.balances_of(customer)?;
    balances.iter().map(|balance| balance_at(snapshot, customer, balance.unit, before)).collect()
}

/// Passes each balance of a filter as it was just before a time to `each`, except those that had neither entries nor charges.
pub fn all_balances_at<E: From<Error>>(
    snapshot: &Snapshot<'_>,
    filter: &BalanceFilter,
    before: Time,
    mut each: impl FnMut(BalanceAt) -> Result<(), E>,
) -> Result<(), E> {
    snapshot.balances(filter, |balance| {
        let customer = snapshot.customer_of(balance.customer_id)?;
        let at = balance_at(snapshot, &customer, balance.unit, before)?;
        if at.entry.is_some() || at.accrued != Money::ZERO { each(at) } else { Ok(()) }
    })
}

/// A customer's balance in a unit just before a time.
fn balance_at(snapshot: &Snapshot<'_>, customer: &Customer, unit: Unit, before: Time) -> Result<BalanceAt> {
    let posted = posted_at(snapshot, customer, unit, before)?;
    let last_accrual = snapshot.last_accrual_before(before)?;
    let sum = snapshot.accrued_after((customer.id, unit), posted.entry.unwrap_or(0), last_accrual)?;
    let accrued = sum.map_or(Money::ZERO, |sum| sum.amount);
    let balance = posted.balance.checked_add(accrued).ok_or(Error::Overflow { what: "the balance" })?;
    Ok(BalanceAt { balance, accrued, ..posted })
}

/// The sum of the entries of a balance before a time, without accrued charges; zero before its first entry.
pub(super) fn posted_at(snapshot: &Snapshot<'_>, customer: &Customer, unit: Unit, before: Time) -> Result<BalanceAt> {
    let (code, zero) = (customer.account_code.clone(), Money::ZERO);
    let mut at = BalanceAt { customer: code, unit, balance: zero, accrued: zero, before, entry: None };
    let last = EntryFilter {
        customer_id: Some(customer.id),
        unit: Some(unit),
        until: Some(before),
        newest_first: true,
        limit: Some(1),
        ..EntryFilter::default()
    };
    snapshot.entries(&last, |entry| {
        at.balance = entry.balance_after;
        at.entry = Some(entry.id);
        Ok::<_, Error>(())
    })?;
    Ok(at)
}
