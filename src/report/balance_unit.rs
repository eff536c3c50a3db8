//! The default unit of a customer's balance.

use crate::error::{Error, Result};
use crate::model::{Customer, EntityKind, Unit};
use crate::store::Snapshot;

/// The given unit, else the unit of the customer's only balance, else SMS credits when it has none yet.
///
/// # Errors
/// [`Error::Ambiguous`] when no unit is given and the customer has balances in several.
pub fn unit_of(snapshot: &Snapshot<'_>, customer: &Customer, given: Option<Unit>) -> Result<Unit> {
    if let Some(unit) = given {
        return Ok(unit);
    }
    match snapshot.balances_of(customer)?.as_slice() {
        [] => Ok(Unit::Sms),
        [only] => Ok(only.unit),
        several => Err(Error::Ambiguous {
            entity: EntityKind::Balance,
            name: customer.account_code.to_string(),
            matches: several.iter().map(|balance| balance.unit.to_string()).collect(),
        }),
    }
}
