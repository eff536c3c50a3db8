//! All balances together, by unit.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{Money, Time, Unit};
use crate::report::runway::{Burn, runways};
use crate::store::{BalanceFilter, Snapshot};

/// What all customers have in one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitTotal {
    pub unit: Unit,
    pub balances: u64,
    /// What those above zero have.
    pub in_credit: Money,
    /// What those below zero owe; negative.
    pub overdrawn: Money,
    /// Credit and debt together.
    pub total: Money,
    /// What traffic took from all of them.
    pub burn: Option<Burn>,
}

impl UnitTotal {
    /// What traffic takes a day from all of them.
    pub fn per_day(&self) -> Option<Money> {
        self.burn.map(|burn| self.unit.mean(burn.charged, burn.days))
    }
}

/// Adds up the balances that a filter keeps, as of `now`.
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
