//! Explains a balance by the entries and accrued charges that it is the sum of.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::error::{Error, Result};
use crate::model::{AccruedLine, Balance, Customer, EntityKind, EntryKind, Money, Reference, Time, Unit};
use crate::store::{AccrualLine, EntryFilter, EntrySum, Snapshot};

/// What a share of a balance consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShareKind {
    /// All entries before a time.
    Before,
    /// Entries of a kind.
    Entries(EntryKind),
    /// Charges that are accrued and not posted yet.
    Accrued,
}

impl ShareKind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Entries(kind) => kind.as_str(),
            Self::Accrued => "accrued",
        }
    }
}

impl From<Option<EntryKind>> for ShareKind {
    fn from(kind: Option<EntryKind>) -> Self {
        kind.map_or(Self::Accrued, Self::Entries)
    }
}

/// The share of one kind of entries in a balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceShare {
    pub unit: Unit,
    pub kind: ShareKind,
    /// The import that charged, if charges are grouped by import.
    pub reference: Option<Reference>,
    /// The number of entries; by import, the number of its charges.
    pub entries: u64,
    /// The sum of the positive entries; `None` if it is larger than an amount can be.
    pub added: Option<Money>,
    /// The sum of the negative entries; `None` if it is larger than an amount can be.
    pub taken: Option<Money>,
    pub first_at: Time,
    pub last_at: Time,
}

/// Splits a customer's balances into the shares of each kind of entry and of accrued charges and, with `by_import`, of each
/// traffic import. The shares add up to the balances.
pub fn explain_balance(
    snapshot: &Snapshot<'_>,
    customer: &Customer,
    unit: Option<Unit>,
    by_import: bool,
) -> Result<Vec<BalanceShare>> {
    refuse_missing(snapshot, customer, unit)?;
    if by_import {
        return shares_by_import(snapshot, customer, unit);
    }
    let of_unit = |sum: &EntrySum| unit.is_none_or(|unit| unit == sum.unit);
    let mut sums: Vec<EntrySum> = snapshot.entry_sums(customer.id)?.into_iter().filter(of_unit).collect();
    sums.sort_by_key(|sum| (sum.unit, sum.kind));
    let mut shares: Vec<BalanceShare> = sums.into_iter().map(share_of).collect();
    for balance in snapshot.balances_of(customer)?.iter().filter(|balance| unit.is_none_or(|unit| unit == balance.unit))
    {
        shares.extend(snapshot.accrued(balance)?.map(share_of_accrued));
    }
    shares.sort_by_key(|share| share.unit);
    Ok(shares)
}

fn share_of_accrued(AccruedLine { unit, sum, .. }: AccruedLine) -> BalanceShare {
    let (added, taken) = (sum.amount.max(Money::ZERO), sum.amount.min(Money::ZERO));
    let (added, taken) = (Some(added), Some(taken));
    BalanceShare {
        unit,
        kind: ShareKind::Accrued,
        reference: None,
        entries: 0,
        added,
        taken,
        first_at: sum.at,
        last_at: sum.at,
    }
}

fn share_of(sum: EntrySum) -> BalanceShare {
    let EntrySum { unit, kind, entries, added, taken, first_at, last_at } = sum;
    BalanceShare { unit, kind: ShareKind::Entries(kind), reference: None, entries, added, taken, first_at, last_at }
}

/// The balance of each unit before a time, and the shares of each kind of entries and of accrued charges from then on. They add up to
/// the balances, too.
pub fn explain_balance_since(
    snapshot: &Snapshot<'_>,
    customer: &Customer,
    unit: Option<Unit>,
    since: Time,
) -> Result<Vec<BalanceShare>> {
    refuse_missing(snapshot, customer, unit)?;
    let mut shares = Shares::default();
    let filter = EntryFilter { customer_id: Some(customer.id), unit, since: Some(since), ..EntryFilter::default() };
    snapshot.entries(&filter, |entry| {
        let key = (entry.posting.unit, Some(entry.posting.kind));
        shares.add(key, None, (false, 0), (entry.posting.amount, entry.at));
        Ok::<_, Error>(())
    })?;
    let mut later = shares.all();
    let mut all = Vec::new();
    for balance in
        snapshot.balances_of(customer)?.into_iter().filter(|balance| unit.is_none_or(|unit| unit == balance.unit))
    {
        // Charges that are not posted yet are of today, so they count as later ones as soon as one of them is.
        let accrued = snapshot.accrued(&balance)?.filter(|accrued| accrued.sum.at >= since);
        later.extend(accrued.map(share_of_accrued));
        let (of_unit, others): (Vec<_>, Vec<_>) = later.into_iter().partition(|share| share.unit == balance.unit);
        later = others;
        all.extend(share_before(&balance, &of_unit, since));
        all.extend(of_unit);
    }
    all.sort_by_key(|share| share.unit);
    Ok(all)
}

/// The balance before a time: what is left without the shares from then on. `None` if it was zero.
fn share_before(balance: &Balance, later: &[BalanceShare], since: Time) -> Option<BalanceShare> {
    let amounts = later.iter().flat_map(|share| [share.added, share.taken]).flatten();
    let before = i128::from(balance.balance.e8()) - amounts.map(|amount| i128::from(amount.e8())).sum::<i128>();
    let before = i64::try_from(before).map_or(Money::ZERO, Money::from_e8);
    (before != Money::ZERO).then(|| BalanceShare {
        unit: balance.unit,
        kind: ShareKind::Before,
        reference: None,
        entries: 0,
        added: Some(before.max(Money::ZERO)),
        taken: Some(before.min(Money::ZERO)),
        first_at: since,
        last_at: since,
    })
}

fn refuse_missing(snapshot: &Snapshot<'_>, customer: &Customer, unit: Option<Unit>) -> Result<()> {
    match unit {
        Some(unit) if snapshot.balance(customer, unit)?.is_none() => {
            let name = Balance::name_of(&customer.account_code, unit);
            Err(Error::NotFound { entity: EntityKind::Balance, name, nearest: None })
        }
        _ => Ok(()),
    }
}

/// What is summed up in one share: a unit, a kind of entry or accrued charges, and an import in the order of their first charges.
type ShareKey = (Unit, (bool, Option<EntryKind>), (bool, i64));

/// Shares while they are added up; no number of entries makes their sums larger than 128 bits.
#[derive(Default)]
struct Shares {
    shares: BTreeMap<ShareKey, (BalanceShare, i128, i128)>,
    imports: HashMap<Reference, (bool, i64)>,
}

impl Shares {
    /// Adds an amount. `place` orders imports that are met for the first time.
    fn add(
        &mut self,
        (unit, kind): (Unit, Option<EntryKind>),
        reference: Option<Reference>,
        place: (bool, i64),
        (amount, at): (Money, Time),
    ) {
        let place = reference.clone().map_or((false, 0), |import| *self.imports.entry(import).or_insert(place));
        let (added, taken, first_at, last_at) = (None, None, at, at);
        let empty = BalanceShare { unit, kind: kind.into(), reference, entries: 0, added, taken, first_at, last_at };
        let key = (unit, (kind.is_none(), kind), place);
        let (share, added, taken) = self.shares.entry(key).or_insert((empty, 0, 0));
        *(if amount < Money::ZERO { taken } else { added }) += i128::from(amount.e8());
        share.entries += u64::from(kind.is_some());
        share.last_at = at;
    }

    fn all(self) -> Vec<BalanceShare> {
        let amount = |sum| i64::try_from(sum).ok().map(Money::from_e8);
        let shares = self.shares.into_values();
        shares
            .map(|(share, added, taken)| BalanceShare { added: amount(added), taken: amount(taken), ..share })
            .collect()
    }
}

/// Reads every entry: there may be as many imports. Entries that posted accrued charges are split into these.
fn shares_by_import(snapshot: &Snapshot<'_>, customer: &Customer, unit: Option<Unit>) -> Result<Vec<BalanceShare>> {
    let (mut shares, mut posted, mut accrued) = (Shares::default(), HashSet::new(), Vec::new());
    for balance in snapshot.balances_of(customer)?.iter().filter(|balance| unit.is_none_or(|unit| unit == balance.unit))
    {
        for (entry, accruals) in snapshot.posted_charges(customer.id, balance.unit)? {
            posted.insert(entry);
            accrued.push((balance.unit, Some(EntryKind::Charge), accruals));
        }
        let from = snapshot.accrued_from((customer.id, balance.unit))?;
        accrued.extend(from.map(|first| (balance.unit, None, first..=i64::MAX)));
    }
    let filter = EntryFilter { customer_id: Some(customer.id), unit, ..EntryFilter::default() };
    snapshot.entries(&filter, |entry| {
        if !posted.contains(&entry.id) {
            let kind = entry.posting.kind;
            let reference = entry.posting.reference.filter(|_| kind == EntryKind::Charge);
            let amount = (entry.posting.amount, entry.at);
            shares.add((entry.posting.unit, Some(kind)), reference, (false, entry.id), amount);
        }
        Ok::<_, Error>(())
    })?;
    for (unit, kind, accruals) in accrued {
        snapshot.accrued_charges(accruals, customer.id..=customer.id, |AccrualLine { accrual, charge, .. }| {
            if charge.unit == unit {
                let reference = accrual.reference().parse().ok();
                shares.add((unit, kind), reference, (true, accrual.id), (charge.amount, accrual.at));
            }
            Ok(())
        })?;
    }
    Ok(shares.all())
}
