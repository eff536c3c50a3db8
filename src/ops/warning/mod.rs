//! Warnings: sets their thresholds and forecasts, and finds the balances and accounts that reached them.

mod check;
mod findings;
mod forecast;
mod state;

use crate::error::{Error, Result};
use crate::model::{Balance, Change, Customer, EntityKind, Invalid, Unit, Warning, WarningDetails};
use crate::ops::active;
use crate::store::Tx;

pub use check::{Compose, Notice, check_balances};
pub use findings::{CheckFindings, CrossingAlert, RecordedForecast, UncheckedBalance};
pub use forecast::{ComposeForecast, ForecastNotice, check_forecasts};
pub(super) use state::archive_with_customer;

/// Changes the warning of a customer's balance, or creates it.
///
/// Lowering a threshold below the balance is not a recovery and sends no email. Raising a threshold above the balance is a
/// crossing, which the next check finds.
pub fn set(tx: &mut Tx<'_>, customer: &str, unit: Unit, change: impl FnOnce(&mut WarningDetails)) -> Result<Warning> {
    let customer = active::customer(tx, customer)?;
    let before = tx.warning(&customer, unit)?.map(|warning| warning.details);
    let mut details = before.clone().unwrap_or_else(WarningDetails::empty);
    change(&mut details);
    validate(unit, &details)?;
    let subject = Balance::name_of(&customer.account_code, unit);
    let change = Change::new(EntityKind::Balance, "warn", subject, Some(customer.id))
        .between(before.as_ref(), Some(&details))
        .amounts(unit, &["upper", "lower"]);
    if !change.is_empty() || before.is_none() {
        tx.set_warning(&customer, unit, &details)?;
        tx.record(&change)?;
        if let Some(before) = &before {
            state::after_change(tx, &customer, before, &saved(tx, &customer, unit)?)?;
        }
    }
    saved(tx, &customer, unit)
}

/// Removes the warning of a customer's balance; one that has crossings, which refer to it, is switched off instead.
pub fn remove(tx: &mut Tx<'_>, customer: &str, unit: Unit) -> Result<()> {
    let customer = active::customer(tx, customer)?;
    let Some(before) = tx.warning(&customer, unit)?.map(|warning| warning.details) else { return Ok(()) };
    if !tx.delete_warning(&customer, unit)? {
        return set(tx, customer.account_code.as_str(), unit, |warning| warning.active = false).map(drop);
    }
    let subject = Balance::name_of(&customer.account_code, unit);
    let change = Change::new(EntityKind::Balance, "warn", subject, Some(customer.id)).between(Some(&before), None);
    tx.record(&change.amounts(unit, &["upper", "lower"]))
}

fn saved(tx: &Tx<'_>, customer: &Customer, unit: Unit) -> Result<Warning> {
    tx.warning(customer, unit)?.ok_or_else(|| Error::Internal("the warning just saved is missing".to_owned()))
}

fn validate(unit: Unit, details: &WarningDetails) -> Result<()> {
    for (field, threshold) in [("upper", details.upper), ("lower", details.lower)] {
        if let Some(threshold) = threshold {
            unit.check(threshold).map_err(|rule| Error::invalid(field, threshold, rule))?;
        }
    }
    match (details.upper, details.lower) {
        (Some(upper), Some(lower)) if lower > upper => {
            Err(Error::invalid("lower", lower, Invalid::rule(format!("must not be above upper, which is {upper}"))))
        }
        (None, Some(lower)) => Err(Error::invalid("lower", lower, Invalid::rule("needs an upper threshold as well"))),
        _ => Ok(()),
    }
}
