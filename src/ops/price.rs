//! Prices: records what a plan costs for a destination from a time on. Nothing that was recorded is changed.

use crate::error::{Error, Result, quoted};
use crate::model::{
    Change, EntityKind, Invalid, Money, Plan, PriceDestination, PriceRow, Time, Unit, second_of, time_of,
};
use crate::ops::{active, effective};
use crate::store::Tx;

/// A price that was recorded, next to what it replaces and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceChange {
    pub plan: Plan,
    pub row: PriceRow,
    /// The price that counted from that time on before.
    pub previous_price: Option<Money>,
    /// When another price of the destination follows.
    pub effective_until: Option<Time>,
    /// Whether anything was recorded: the same price again is no change.
    pub is_new: bool,
}

/// A price for a destination from a time on, until another time if one is given.
#[derive(Debug, Clone)]
pub struct NewPrice {
    pub destination: PriceDestination,
    pub price: Money,
    /// The first second; `None` for all times.
    pub effective_from: Option<Time>,
    /// When the price ends; what then counts is what counts today.
    pub until: Option<Time>,
}

/// Sets the price of a destination.
pub fn set(tx: &mut Tx<'_>, plan: &str, new: NewPrice) -> Result<PriceChange> {
    let plan = active::plan(tx, plan)?;
    let NewPrice { destination, price, effective_from, until } = new;
    check_price(plan.unit, price)?;
    let Some(until) = until else {
        let changed = record(tx, &plan, destination, Some(price), effective_from)?;
        return log(tx, "set", None, changed);
    };
    effective::check(effective_from)?;
    effective::check(Some(until))?;
    if second_of(effective_from) >= second_of(Some(until)) {
        return Err(Error::invalid(
            "until",
            until,
            Invalid::rule("must be later than the time from which the price counts"),
        ));
    }
    let before = PriceRow::timeline(tx.price_rows_of(plan.id, &destination)?);
    let end = second_of(Some(until));
    if let Some(next) = before.next_start(second_of(effective_from)).filter(|next| *next < end).and_then(time_of) {
        return Err(Error::Refused(format!(
            "another price of {destination} begins at {next}, before {until}; end the price there, or change that one too"
        )));
    }
    let after = before.at(end).and_then(|row| row.price);
    let starts_then = before.next_start(end - 1) == Some(end);
    let mut changed = record(tx, &plan, destination.clone(), Some(price), effective_from)?;
    if !starts_then {
        changed.is_new |= record(tx, &plan, destination, after, Some(until))?.is_new;
    }
    log(tx, "set", Some(until), PriceChange { effective_until: Some(until), ..changed })
}

/// Ends the price of a destination: from a time on, the plan has none for it.
///
/// # Errors
/// [`Error::Refused`] when it has none then.
pub fn withdraw(
    tx: &mut Tx<'_>,
    plan: &str,
    destination: PriceDestination,
    effective_from: Option<Time>,
) -> Result<PriceChange> {
    let plan = active::plan(tx, plan)?;
    effective::check(effective_from)?;
    let prices = PriceRow::timeline(tx.price_rows_of(plan.id, &destination)?);
    if prices.at(second_of(effective_from)).is_none_or(|row| row.price.is_none()) {
        let code = quoted(&plan.code);
        return Err(Error::Refused(format!("plan {code} has no price for {destination} at that time")));
    }
    let changed = record(tx, &plan, destination, None, effective_from)?;
    log(tx, "withdraw", None, changed)
}

/// Writes the change to the audit log, unless it is none.
fn log(tx: &mut Tx<'_>, action: &str, until: Option<Time>, changed: PriceChange) -> Result<PriceChange> {
    if changed.is_new {
        let PriceChange { plan, row, previous_price, .. } = &changed;
        let subject = format!("{} {}", plan.code, row.destination);
        let mut change = Change::new(EntityKind::Price, action, subject, None)
            .field("price", previous_price, row.price)
            .field("effective_from", (), effective::value(row.effective_from));
        if let Some(until) = until {
            change = change.field("until", (), until);
        }
        tx.record(&change.amounts(plan.unit, &["price"]))?;
    }
    Ok(changed)
}

/// Records a price, or that there is none, unless the same counts from that time on anyway.
pub(super) fn record(
    tx: &mut Tx<'_>,
    plan: &Plan,
    destination: PriceDestination,
    price: Option<Money>,
    effective_from: Option<Time>,
) -> Result<PriceChange> {
    effective::check(effective_from)?;
    let prices = PriceRow::timeline(tx.price_rows_of(plan.id, &destination)?);
    let second = second_of(effective_from);
    let effective_until = prices.next_start(second).and_then(time_of);
    let (plan, before) = (plan.clone(), prices.at(second));
    let previous_price = before.and_then(|row| row.price);
    if let Some(row) = before.filter(|row| row.price == price) {
        return Ok(PriceChange { plan, row: row.clone(), previous_price, effective_until, is_new: false });
    }
    let row = tx.record_price(plan.id, destination, price, effective_from)?;
    Ok(PriceChange { plan, row, previous_price, effective_until, is_new: true })
}

/// Refuses a price that a unit does not allow.
pub(super) fn check_price(unit: Unit, price: Money) -> Result<()> {
    let refused = |rule| Err(Error::invalid("price", price, rule));
    if price < Money::ZERO {
        return refused(Invalid::rule("must not be negative"));
    }
    unit.check(price).map(drop).or_else(refused)
}
