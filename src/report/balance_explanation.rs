//! Explains a balance by the entries that it is the sum of.

use std::collections::{BTreeMap, HashMap};

use crate::error::{Error, Result};
use crate::model::{Balance, Customer, EntityKind, EntryKind, Money, Reference, Time, Unit};
use crate::store::{EntryFilter, EntrySum, Snapshot};

const TOO_LARGE: Error = Error::Overflow { what: "the sum of the entries" };

/// The share of one kind of entries in a balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceShare {
    pub unit: Unit,
    pub kind: EntryKind,
    /// The import that posted the charges, if they are grouped by import.
    pub reference: Option<Reference>,
    pub entries: u64,
    /// The sum of the positive entries.
    pub added: Money,
    /// The sum of the negative entries.
    pub taken: Money,
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
    sums.into_iter().map(share_of).collect()
}

fn share_of(sum: EntrySum) -> Result<BalanceShare> {
    let EntrySum { unit, kind, entries, added, taken, first_at, last_at } = sum;
    let (added, taken) = added.zip(taken).ok_or(TOO_LARGE)?;
    Ok(BalanceShare { unit, kind, reference: None, entries, added, taken, first_at, last_at })
}

/// Reads every entry: there may be as many imports.
fn shares_by_import(snapshot: &Snapshot<'_>, customer: &Customer, unit: Option<Unit>) -> Result<Vec<BalanceShare>> {
    let mut shares: BTreeMap<(Unit, EntryKind, i64), BalanceShare> = BTreeMap::new();
    // Imports are listed in the order of their first charges.
    let mut imports: HashMap<Reference, i64> = HashMap::new();
    let filter = EntryFilter { customer_id: Some(customer.id), unit, ..EntryFilter::default() };
    snapshot.entries(&filter, |entry| {
        let (unit, kind, amount) = (entry.posting.unit, entry.posting.kind, entry.posting.amount);
        let reference = entry.posting.reference.filter(|_| kind == EntryKind::Charge);
        let place = reference.clone().map_or(0, |import| *imports.entry(import).or_insert(entry.id));
        let share = shares.entry((unit, kind, place)).or_insert(BalanceShare {
            unit,
            kind,
            reference,
            entries: 0,
            added: Money::ZERO,
            taken: Money::ZERO,
            first_at: entry.at,
            last_at: entry.at,
        });
        let side = if amount < Money::ZERO { &mut share.taken } else { &mut share.added };
        *side = side.checked_add(amount).ok_or(TOO_LARGE)?;
        share.entries += 1;
        share.last_at = entry.at;
        Ok::<_, Error>(())
    })?;
    Ok(shares.into_values().collect())
}
