//! How long balances last: what traffic takes from them a day, and for how many days that can go on.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::error::{Error, Result};
use crate::model::{Balance, Money, Time, Unit};
use crate::report::sums::FEW;
use crate::store::{BalanceFilter, Snapshot, TrafficDetail, TrafficFilter, TrafficSpan};

/// Over how many full days of UTC, ending with yesterday, charges are averaged.
const DAYS: u8 = 7;
/// A customer without traffic for so many days before them is taken for one whose traffic began within them.
const DAYS_BEFORE: i32 = 28;

/// A balance, and how long it lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runway {
    pub balance: Balance,
    /// What traffic took from it in the last days, if it took anything.
    pub burn: Option<Burn>,
}

/// What was charged, and over how many days: the last seven full ones, or those since traffic began within them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Burn {
    pub charged: Money,
    pub days: u8,
}

impl Burn {
    /// What two balances are charged together. It is averaged over the days of the one that has been charged for longer.
    pub(super) fn together(one: Option<Self>, other: Option<Self>) -> Result<Option<Self>> {
        let (Some(one), Some(other)) = (one, other) else { return Ok(one.or(other)) };
        let charged =
            one.charged.checked_add(other.charged).ok_or(Error::Overflow { what: "the sum of the charges" })?;
        Ok(Some(Self { charged, days: one.days.max(other.days) }))
    }
}

impl Runway {
    /// What traffic takes a day, rounded up to what the unit is counted in.
    pub fn per_day(&self) -> Option<Money> {
        self.burn.map(|burn| self.balance.unit.mean(burn.charged, burn.days))
    }

    /// For how many more full days the balance lasts; none where traffic takes nothing.
    pub fn days_left(&self) -> Option<u64> {
        let burn = self.burn?;
        let left = i128::from(self.balance.balance.e8().max(0)) * i128::from(burn.days);
        left.checked_div(i128::from(burn.charged.e8())).and_then(|days| u64::try_from(days).ok())
    }
}

/// Hands every balance that the filter keeps to `each`, in the filter's order, with what traffic took from it before `now`.
pub fn runways<E: From<Error>>(
    snapshot: &Snapshot<'_>,
    filter: &BalanceFilter,
    now: Time,
    mut each: impl FnMut(Runway) -> Result<(), E>,
) -> Result<(), E> {
    let burns = burns(snapshot, filter.customer_id, now)?;
    snapshot.balances(filter, |balance| {
        let burn = burns.get(&(balance.customer_id, balance.unit)).copied();
        each(Runway { balance, burn })
    })
}

/// What was charged to balances, by customer and unit.
type Burns = HashMap<(i64, Unit), Burn>;

fn burns(snapshot: &Snapshot<'_>, customer_id: Option<i64>, now: Time) -> Result<Burns> {
    let accounts = snapshot.traffic_accounts(&TrafficFilter { customer_id, ..TrafficFilter::default() })?;
    let customer_of: HashMap<i64, i64> = accounts.iter().map(|account| (account.id, account.customer_id)).collect();
    let own: Vec<i64> = customer_of.keys().copied().collect();
    let today = i32::try_from(now.timestamp().as_second().div_euclid(24 * 3600)).unwrap_or(i32::MAX);
    let begin = today.saturating_sub(i32::from(DAYS));
    let (mut burns, mut begun_late) = (Burns::new(), HashSet::new());
    for day in begin..today {
        charges(snapshot, day..day + 1, customer_id.map(|_| own.as_slice()), |account, unit, charge| {
            let Some(customer) = customer_of.get(&account) else { return Ok(()) };
            let burn = burns.entry((*customer, unit)).or_insert_with(|| {
                if day > begin {
                    begun_late.insert(*customer);
                }
                Burn { charged: Money::ZERO, days: u8::try_from(today - day).unwrap_or(u8::MAX) }
            });
            burn.charged =
                burn.charged.checked_add(charge).ok_or(Error::Overflow { what: "the sum of the charges" })?;
            Ok(())
        })?;
    }
    let of_late = |account: &i64| customer_of.get(account).is_some_and(|customer| begun_late.contains(customer));
    let doubtful: Vec<i64> = own.iter().copied().filter(of_late).collect();
    if !doubtful.is_empty() {
        let few = Some(doubtful.as_slice()).filter(|accounts| accounts.len() <= FEW);
        charges(snapshot, begin.saturating_sub(DAYS_BEFORE)..begin, few, |account, unit, _| {
            let key = customer_of.get(&account).map(|customer| (*customer, unit));
            if let Some(burn) = key.and_then(|key| burns.get_mut(&key)) {
                burn.days = DAYS;
            }
            Ok(())
        })?;
    }
    Ok(burns)
}

/// Hands what was charged on days to `each`, by account and unit; what cost nothing is passed over.
fn charges(
    snapshot: &Snapshot<'_>,
    days: Range<i32>,
    accounts: Option<&[i64]>,
    mut each: impl FnMut(i64, Unit, Money) -> Result<()>,
) -> Result<()> {
    snapshot.traffic_sums(&TrafficSpan::Days(days), accounts, TrafficDetail::Unit, |sum| match sum.share {
        Some(share) if share.charge > Money::ZERO => each(sum.account_id, share.unit, share.charge),
        _ => Ok(()),
    })
}
