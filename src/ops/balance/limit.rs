//! Sets credit limits.

use crate::error::{Error, Result};
use crate::model::{Balance, Change, EntityKind, Invalid, Money, Unit};
use crate::ops::active;
use crate::report::unit_of;
use crate::store::Tx;

/// Sets how far below zero manual changes may take a balance.
pub fn set_credit_limit(tx: &mut Tx<'_>, customer: &str, unit: Option<Unit>, limit: Money) -> Result<Balance> {
    let customer = active::customer(tx, customer)?;
    let unit = unit_of(tx, &customer, unit)?;
    let refused = |rule| Error::invalid("credit_limit", limit, rule);
    unit.check(limit).map_err(refused)?;
    if limit < Money::ZERO {
        return Err(refused(Invalid::rule("must not be negative")));
    }
    // A customer without a balance in this unit gets an empty one, even if the limit is the default.
    let before = tx.balance(&customer, unit)?.map(|balance| balance.credit_limit);
    if before != Some(limit) {
        tx.set_credit_limit(&customer, unit, limit)?;
        let subject = Balance::name_of(&customer.account_code, unit);
        let change = Change::new(EntityKind::Balance, "limit", subject, Some(customer.id)).field(
            "credit_limit",
            before.map(|limit| unit.format(limit)),
            unit.format(limit),
        );
        tx.record(&change)?;
    }
    tx.balance(&customer, unit)?.ok_or_else(|| Error::NotFound {
        entity: EntityKind::Balance,
        name: format!("{} {unit}", customer.account_code),
        nearest: None,
    })
}
