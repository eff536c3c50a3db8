//! Warnings: setting their thresholds, and finding out which balances have crossed them.

mod judge;
mod settle;

use crate::error::{Error, Result};
use crate::model::{Balance, Change, Customer, EntityKind, Invalid, Unit, Warning, WarningDetails};
use crate::ops::active;
use crate::store::Tx;

pub use judge::{Broken, Compose, Judged, Judgement, Notice, judge};
pub(super) use settle::archive_with_customer;

/// Changes the warning of a customer's balance, making it if there is none.
///
/// Marks that are moved below a low balance are no recovery, and nobody is told of one. Marks that are moved above a balance
/// are crossed, as the next check will find.
pub fn set(tx: &mut Tx<'_>, customer: &str, unit: Unit, change: impl FnOnce(&mut WarningDetails)) -> Result<Warning> {
    let customer = active::customer(tx, customer)?;
    let before = tx.warning(&customer, unit)?.map(|warning| warning.details);
    let mut details = before.clone().unwrap_or_else(WarningDetails::empty);
    change(&mut details);
    check(unit, &details)?;
    let subject = Balance::name_of(&customer.account_code, unit);
    let change = Change::new(EntityKind::Balance, "warn", subject, Some(customer.id))
        .between(before.as_ref(), Some(&details))
        .amounts(unit, &["upper", "lower"]);
    if !change.is_empty() || before.is_none() {
        tx.set_warning(&customer, unit, &details)?;
        tx.record(&change)?;
        if let Some(before) = &before {
            settle::after_change(tx, &customer, before, &written(tx, &customer, unit)?)?;
        }
    }
    written(tx, &customer, unit)
}

fn written(tx: &Tx<'_>, customer: &Customer, unit: Unit) -> Result<Warning> {
    tx.warning(customer, unit)?.ok_or_else(|| Error::Internal("a warning just written is not there".to_owned()))
}

fn check(unit: Unit, details: &WarningDetails) -> Result<()> {
    for (field, threshold) in [("upper", details.upper), ("lower", details.lower)] {
        if let Some(threshold) = threshold {
            unit.check(threshold).map_err(|rule| Error::invalid(field, threshold, rule))?;
        }
    }
    match (details.upper, details.lower) {
        (Some(upper), Some(lower)) if lower > upper => {
            Err(Error::invalid("lower", lower, Invalid::rule(format!("must not be above upper, which is {upper}"))))
        }
        (None, Some(lower)) => Err(Error::invalid("lower", lower, Invalid::rule("needs an upper threshold beside it"))),
        _ => Ok(()),
    }
}
