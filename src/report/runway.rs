//! Runway: the average charges of a balance per day, and the number of days it lasts at that rate.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::error::{Error, Result};
use crate::model::{Balance, Money, Time, Unit};
use crate::report::traffic_groups::MAX_LOOKUPS;
use crate::store::{BalanceFilter, Snapshot, TrafficAccounts, TrafficDetail, TrafficFilter, TrafficSpan};

/// The number of full UTC days, ending with yesterday, over which charges are averaged.
const DAYS: u8 = 7;
/// A customer without charges for this number of days before them counts as new: its average starts with its first charge.
const QUIET_DAYS: i32 = 28;

/// A balance and how long it lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runway {
    pub balance: Balance,
    /// The charges of the last days; `None` without charges.
    pub burn: Option<Burn>,
}

/// An amount that was charged, and the number of days it is averaged over: seven, or fewer for a new customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Burn {
    /// In 10⁻⁸ of the unit. The charges of several accounts can add up to more than an amount can be.
    pub charged: i128,
    pub days: u8,
}

impl Burn {
    /// Adds two burns. The sum is averaged over the longer of the two periods.
    pub(super) fn together(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        let (Some(one), Some(other)) = (one, other) else { return one.or(other) };
        Some(Self { charged: one.charged + other.charged, days: one.days.max(other.days) })
    }
}

impl Runway {
    /// The average charges per day, rounded up to the smallest amount of the unit; `None` without charges, and if they are larger
    /// than an amount can be.
    pub fn per_day(&self) -> Option<Money> {
        self.burn.and_then(|burn| self.balance.unit.mean(burn.charged, burn.days))
    }

    /// The number of full days that the balance lasts; `None` without charges.
    pub fn days_left(&self) -> Option<u64> {
        let burn = self.burn?;
        let left = i128::from(self.balance.balance.e8().max(0)) * i128::from(burn.days);
        left.checked_div(burn.charged).and_then(|days| u64::try_from(days).ok())
    }
}

/// Calls `each` with every balance that the filter selects, in its order, with its charges before `now`.
pub fn runways<E: From<Error>>(
    snapshot: &Snapshot<'_>,
    filter: &BalanceFilter,
    now: Time,
    each: impl FnMut(Runway) -> Result<(), E>,
) -> Result<(), E> {
    let customer_id = filter.customer_id;
    let accounts = snapshot.traffic_accounts(&TrafficFilter { customer_id, ..TrafficFilter::default() })?;
    let customer_of = accounts.iter().map(|account| (account.id, account.customer_id)).collect();
    runways_of(snapshot, filter, &customer_of, now, each)
}

/// The same for a caller that knows the accounts of the customers and whose each is.
pub(super) fn runways_of<E: From<Error>>(
    snapshot: &Snapshot<'_>,
    filter: &BalanceFilter,
    customer_of: &HashMap<i64, i64>,
    now: Time,
    mut each: impl FnMut(Runway) -> Result<(), E>,
) -> Result<(), E> {
    let burns = burns(snapshot, filter.customer_id, customer_of, now)?;
    snapshot.balances(filter, |balance| {
        let burn = burns.get(&(balance.customer_id, balance.unit)).copied();
        each(Runway { balance, burn })
    })
}

/// Burns by customer ID and unit.
type Burns = HashMap<(i64, Unit), Burn>;

fn burns(
    snapshot: &Snapshot<'_>,
    customer_id: Option<i64>,
    customer_of: &HashMap<i64, i64>,
    now: Time,
) -> Result<Burns> {
    if customer_of.is_empty() {
        return Ok(Burns::new());
    }
    let own: Vec<i64> = customer_of.keys().copied().collect();
    let today = i32::try_from(now.timestamp().as_second().div_euclid(24 * 3600)).unwrap_or(i32::MAX);
    let begin = today.saturating_sub(i32::from(DAYS));
    let (mut burns, mut started_late) = (Burns::new(), HashSet::new());
    let selected = if customer_id.is_some() { TrafficAccounts::Few(&own) } else { TrafficAccounts::Each };
    for day in begin..today {
        charges(snapshot, day..day + 1, selected, |account, unit, charge| {
            let Some(customer) = customer_of.get(&account) else { return Ok(()) };
            let burn = burns.entry((*customer, unit)).or_insert_with(|| {
                if day > begin {
                    started_late.insert(*customer);
                }
                Burn { charged: 0, days: u8::try_from(today - day).unwrap_or(u8::MAX) }
            });
            burn.charged += i128::from(charge.e8());
            Ok(())
        })?;
    }
    // Charges that start within the seven days may still be from an old customer with a gap, so look further back.
    let is_late = |account: &i64| customer_of.get(account).is_some_and(|customer| started_late.contains(customer));
    let late_accounts: Vec<i64> = own.iter().copied().filter(is_late).collect();
    if !late_accounts.is_empty() {
        let are_few = late_accounts.len() <= MAX_LOOKUPS;
        let late = if are_few { TrafficAccounts::Few(&late_accounts) } else { TrafficAccounts::Each };
        charges(snapshot, begin.saturating_sub(QUIET_DAYS)..begin, late, |account, unit, _| {
            let key = customer_of.get(&account).map(|customer| (*customer, unit));
            if let Some(burn) = key.and_then(|key| burns.get_mut(&key)) {
                burn.days = DAYS;
            }
            Ok(())
        })?;
    }
    Ok(burns)
}

/// Calls `each` with the charges of a range of days, by account and unit. Charges of zero are skipped.
fn charges(
    snapshot: &Snapshot<'_>,
    days: Range<i32>,
    accounts: TrafficAccounts<'_>,
    mut each: impl FnMut(i64, Unit, Money) -> Result<()>,
) -> Result<()> {
    snapshot.traffic_sums(&TrafficSpan::Days(days), accounts, TrafficDetail::Unit, |sum| match sum.share {
        Some(share) if share.charge != Money::ZERO => each(sum.account_id, share.unit, share.charge),
        _ => Ok(()),
    })
}
