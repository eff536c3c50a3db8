//! The totals of all balances, by unit.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{Money, Time, Unit};
use crate::report::balance_at::all_balances_at;
use crate::report::runway::{Burn, Runway, runways};
use crate::store::{BalanceFilter, Snapshot};

/// The total of the balances in one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitTotal {
    pub unit: Unit,
    pub balances: u64,
    /// The sum of the balances above zero; `None` if it is larger than an amount can be.
    pub in_credit: Option<Money>,
    /// The sum of the balances below zero, negative; `None` if it is larger than an amount can be.
    pub overdrawn: Option<Money>,
    /// The sum of all balances; `None` if it is larger than an amount can be.
    pub total: Option<Money>,
    /// The charges of all balances; `None` without charges.
    pub burn: Option<Burn>,
}

impl UnitTotal {
    /// The average charges per day of all balances; `None` without charges, and if they are larger than an amount can be.
    pub fn per_day(&self) -> Option<Money> {
        self.burn.and_then(|burn| self.unit.mean(burn.charged, burn.days))
    }
}

/// Sums of balances in one unit while they are added up. No number of balances exceeds 128 bits, so that one balance with an
/// absurd amount does not stop the report.
#[derive(Default)]
struct Sums {
    balances: u64,
    in_credit: i128,
    overdrawn: i128,
    burn: Option<Burn>,
}

impl Sums {
    fn add(&mut self, balance: Money, burn: Option<Burn>) {
        let side = if balance < Money::ZERO { &mut self.overdrawn } else { &mut self.in_credit };
        *side += i128::from(balance.e8());
        self.balances += 1;
        self.burn = Burn::together(self.burn, burn);
    }

    fn total(self, unit: Unit) -> UnitTotal {
        let amount = |sum| i64::try_from(sum).ok().map(Money::from_e8);
        UnitTotal {
            unit,
            balances: self.balances,
            in_credit: amount(self.in_credit),
            overdrawn: amount(self.overdrawn),
            total: amount(self.in_credit + self.overdrawn),
            burn: self.burn,
        }
    }
}

/// Adds up the balances that a filter selects, as of `now`.
pub fn totals_by_unit(snapshot: &Snapshot<'_>, filter: &BalanceFilter, now: Time) -> Result<Vec<UnitTotal>> {
    let mut sums: BTreeMap<Unit, Sums> = BTreeMap::new();
    runways(snapshot, filter, now, |Runway { balance, burn }| {
        sums.entry(balance.unit).or_default().add(balance.balance, burn);
        Ok::<_, Error>(())
    })?;
    Ok(sums.into_iter().map(|(unit, sums)| sums.total(unit)).collect())
}

/// Adds up the balances that a filter selects, as they were just before a time. Their charges per day are left out.
pub fn totals_by_unit_at(snapshot: &Snapshot<'_>, filter: &BalanceFilter, before: Time) -> Result<Vec<UnitTotal>> {
    let mut sums: BTreeMap<Unit, Sums> = BTreeMap::new();
    all_balances_at(snapshot, filter, before, |at| {
        sums.entry(at.unit).or_default().add(at.balance, None);
        Ok::<_, Error>(())
    })?;
    Ok(sums.into_iter().map(|(unit, sums)| sums.total(unit)).collect())
}
