//! Explains a balance by the entries that it is the sum of.

use std::collections::{BTreeMap, HashMap};

use crate::error::{Error, Result};
use crate::model::{Balance, Customer, EntityKind, EntryKind, Money, Reference, Time, Unit};
use crate::store::{EntryFilter, EntrySum, Snapshot};

/// The share of one kind of entries in a balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceShare {
    pub unit: Unit,
    pub kind: EntryKind,
    /// The import that posted the charges, if they are grouped by import.
    pub reference: Option<Reference>,
    pub entries: u64,
    /// The sum of the positive entries; `None` if it is larger than an amount can be.
    pub added: Option<Money>,
    /// The sum of the negative entries; `None` if it is larger than an amount can be.
    pub taken: Option<Money>,
    pub first_at: Time,
    pub last_at: Time,
}

/// Splits a customer's balances into the shares of each kind of entry and, with `by_import`, of each traffic import. The shares
/// add up to the balances.
pub fn explain_balance(
    snapshot: &Snapshot<'_>,
    customer: &Customer,
    unit: Option<Unit>,
    by_import: bool,
) -> Result<Vec<BalanceShare>> {
    if let Some(unit) = unit
        && snapshot.balance(customer, unit)?.is_none()
    {
        let name = Balance::name_of(&customer.account_code, unit);
        return Err(Error::NotFound { entity: EntityKind::Balance, name, nearest: None });
    }
    if by_import {
        return shares_by_import(snapshot, customer, unit);
    }
    let of_unit = |sum: &EntrySum| unit.is_none_or(|unit| unit == sum.unit);
    let mut sums: Vec<EntrySum> = snapshot.entry_sums(customer.id)?.into_iter().filter(of_unit).collect();
    sums.sort_by_key(|sum| (sum.unit, sum.kind));
    Ok(sums.into_iter().map(share_of).collect())
}

fn share_of(sum: EntrySum) -> BalanceShare {
    let EntrySum { unit, kind, entries, added, taken, first_at, last_at } = sum;
    BalanceShare { unit, kind, reference: None, entries, added, taken, first_at, last_at }
}

/// Reads every entry: there may be as many imports.
fn shares_by_import(snapshot: &Snapshot<'_>, customer: &Customer, unit: Option<Unit>) -> Result<Vec<BalanceShare>> {
    // With the sums, which no number of entries makes larger than 128 bits.
    let mut shares: BTreeMap<(Unit, EntryKind, i64), (BalanceShare, i128, i128)> = BTreeMap::new();
    // Imports are listed in the order of their first charges.
    let mut imports: HashMap<Reference, i64> = HashMap::new();
    let filter = EntryFilter { customer_id: Some(customer.id), unit, ..EntryFilter::default() };
    snapshot.entries(&filter, |entry| {
        let (unit, kind, amount) = (entry.posting.unit, entry.posting.kind, entry.posting.amount);
        let reference = entry.posting.reference.filter(|_| kind == EntryKind::Charge);
        let place = reference.clone().map_or(0, |import| *imports.entry(import).or_insert(entry.id));
        let (first_at, last_at) = (entry.at, entry.at);
        let empty = BalanceShare { unit, kind, reference, entries: 0, added: None, taken: None, first_at, last_at };
        let (share, added, taken) = shares.entry((unit, kind, place)).or_insert((empty, 0, 0));
        *(if amount < Money::ZERO { taken } else { added }) += i128::from(amount.e8());
        share.entries += 1;
        share.last_at = entry.at;
        Ok::<_, Error>(())
    })?;
    let amount = |sum| i64::try_from(sum).ok().map(Money::from_e8);
    let shares = shares.into_values();
    Ok(shares
        .map(|(share, added, taken)| BalanceShare { added: amount(added), taken: amount(taken), ..share })
        .collect())
}
