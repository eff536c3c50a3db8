//! The totals of all balances, by unit.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{Money, Time, Unit};
use crate::report::runway::{Burn, runways};
use crate::store::{BalanceFilter, Snapshot};

/// The total of the balances in one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitTotal {
    pub unit: Unit,
    pub balances: u64,
    /// The sum of the balances above zero.
    pub in_credit: Money,
    /// The sum of the balances below zero; negative.
    pub overdrawn: Money,
    /// The sum of all balances.
    pub total: Money,
    /// The charges of all balances.
    pub burn: Option<Burn>,
}

impl UnitTotal {
    /// The average charges per day of all balances.
    pub fn per_day(&self) -> Option<Money> {
        self.burn.map(|burn| self.unit.mean(burn.charged, burn.days))
    }
}

/// Adds up the balances that a filter selects, as of `now`.
pub fn totals_by_unit(snapshot: &Snapshot<'_>, filter: &BalanceFilter, now: Time) -> Result<Vec<UnitTotal>> {
    let mut totals: BTreeMap<Unit, UnitTotal> = BTreeMap::new();
    let overflow = || Error::Overflow { what: "the sum of the balances" };
    let zero = Money::ZERO;
    runways(snapshot, filter, now, |runway| {
        let (unit, balance) = (runway.balance.unit, runway.balance.balance);
        let empty = UnitTotal { unit, balances: 0, in_credit: zero, overdrawn: zero, total: zero, burn: None };
        let total = totals.entry(unit).or_insert(empty);
        let side = if balance < Money::ZERO { &mut total.overdrawn } else { &mut total.in_credit };
        *side = side.checked_add(balance).ok_or_else(overflow)?;
        total.balances += 1;
        total.total = total.in_credit.checked_add(total.overdrawn).ok_or_else(overflow)?;
        total.burn = Burn::together(total.burn, runway.burn)?;
        Ok::<_, Error>(())
    })?;
    Ok(totals.into_values().collect())
}
