//! All balances together, by unit.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{Money, Unit};
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
}

impl UnitTotal {
    /// Credit and debt together.
    pub fn total(&self) -> Result<Money> {
        self.in_credit.checked_add(self.overdrawn).ok_or(Error::Overflow { what: "the sum of the balances" })
    }
}

/// Adds up the balances that a filter keeps.
pub fn totals_by_unit(snapshot: &Snapshot<'_>, filter: &BalanceFilter) -> Result<Vec<UnitTotal>> {
    let mut totals: BTreeMap<Unit, UnitTotal> = BTreeMap::new();
    snapshot.balances(filter, |balance| {
        let unit = balance.unit;
        let empty = UnitTotal { unit, balances: 0, in_credit: Money::ZERO, overdrawn: Money::ZERO };
        let total = totals.entry(unit).or_insert(empty);
        let side = if balance.balance < Money::ZERO { &mut total.overdrawn } else { &mut total.in_credit };
        *side = side.checked_add(balance.balance).ok_or(Error::Overflow { what: "the sum of the balances" })?;
        total.balances += 1;
        Ok::<_, Error>(())
    })?;
    Ok(totals.into_values().collect())
}
