//! Fees: adding and ending them, and which of them the month's run bills.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::invoice::{BilledPeriod, DraftLine, Fee, FeeDetails, day_in, rounding};
use crate::model::{Change, EntityKind, Invalid, Money, Unit, Zone};
use crate::ops::active;
use crate::report::Month;
use crate::store::{Snapshot, Tx};

/// Fees begin within this number of years of today; a day further away is a typing error. A run bills months that are as old at most, so
/// that it does not count months from the year 1.
const MAX_YEARS: i16 = 20;

/// Adds a fee, which the month's runs bill from its first day on.
///
/// # Errors
/// [`Error::Invalid`] when the amount is not positive, or the fee begins long ago or ends before it begins.
pub fn add(tx: &mut Tx<'_>, customer: &str, details: &FeeDetails) -> Result<Fee> {
    let customer = active::customer(tx, customer)?;
    let FeeDetails { currency, amount, .. } = *details;
    if amount <= Money::ZERO || !rounding::is_in_minor_units(amount, currency) {
        let rule = format!("must be positive, with at most {} decimals in {currency}", currency.decimals());
        return Err(Error::invalid("amount", amount, Invalid::rule(rule)));
    }
    refuse_far_start(tx, details)?;
    refuse_early_end(details)?;
    let id = tx.insert_fee(&customer, details)?;
    let fee = tx.fee(id)?;
    let change = change("add", &fee)
        .field("amount", (), Unit::Currency(currency).format(amount))
        .field("currency", (), currency)
        .field("description", (), &details.description)
        .field("monthly", (), details.monthly)
        .field("first_day", (), details.first_day)
        .field("last_day", (), details.last_day);
    record(tx, change, id)?;
    Ok(fee)
}

/// Ends a monthly fee with a day.
///
/// # Errors
/// [`Error::Refused`] when it is billed for later days, or is not monthly.
pub fn end(tx: &mut Tx<'_>, id: i64, last_day: Date) -> Result<Fee> {
    let mut fee = tx.fee(id)?;
    if !fee.details.monthly {
        return Err(Error::Refused(format!("fee {id} is due once and has no end")));
    }
    if let Some(until) = fee.billed_until.filter(|until| *until > last_day) {
        return Err(Error::Refused(format!(
            "fee {id} is billed until {until}; credit the invoice for what is not due"
        )));
    }
    let before = fee.details.last_day.replace(last_day);
    // A fee that was never billed may end before it begins: then it is never due.
    if before == Some(last_day) {
        return Ok(fee);
    }
    fee.updated_at = tx.at();
    tx.end_fee(&fee)?;
    record(tx, change("end", &fee).field("last_day", before, last_day), id)?;
    Ok(fee)
}

fn refuse_far_start(tx: &Tx<'_>, details: &FeeDetails) -> Result<()> {
    let (today, first) = (day_in(&Zone::UTC, tx.at()), details.first_day);
    let span = MAX_YEARS.years();
    if (today.saturating_sub(span)..=today.saturating_add(span)).contains(&first) {
        return Ok(());
    }
    let rule =
        format!("must be within {MAX_YEARS} years of today, {today}; bill what is older with an invoice of its own");
    Err(Error::invalid("from", first, Invalid::rule(rule)))
}

fn refuse_early_end(details: &FeeDetails) -> Result<()> {
    match details.last_day {
        Some(last) if last < details.first_day => {
            Err(Error::invalid("until", last, Invalid::rule(format!("must not be before {}", details.first_day))))
        }
        _ => Ok(()),
    }
}

/// Records a change of a fee with the hash of its row, by which `db check` finds what is changed in another way.
fn record(tx: &mut Tx<'_>, change: Change, id: i64) -> Result<()> {
    let row = tx.hash_of_fee(id)?;
    tx.record(&change.field("rows_sha256", (), row.to_string()))
}

fn change(action: &str, fee: &Fee) -> Change {
    Change::new(EntityKind::Fee, action, fee.id, Some(fee.customer_id))
}

/// Days of a fee that are not billed, and the line that bills them.
#[derive(Debug, Clone)]
pub(super) struct DueFee {
    pub(super) fee: Fee,
    pub(super) days: BilledPeriod,
    pub(super) line: DraftLine,
}

/// The unbilled months of a fee up to one.
pub(super) fn due(snapshot: &Snapshot<'_>, fee: &Fee, last: Month) -> Result<Vec<DueFee>> {
    let earliest = last.days().first.saturating_sub(MAX_YEARS.years());
    let mut month = Month::of(fee.details.first_day.max(earliest));
    let billed = snapshot.billed_days(fee.id, month.days().first)?;
    let is_billed =
        |days: BilledPeriod| billed.iter().any(|billed| billed.first <= days.last && billed.last >= days.first);
    let mut found = Vec::new();
    while month <= last {
        if let Some(days) = fee.details.days_in(month.days()).filter(|days| !is_billed(*days)) {
            let net = fee.details.net_of(days).ok_or(Error::Overflow { what: "the fee" })?;
            let line = DraftLine {
                description: fee.details.description.clone(),
                period: Some(days),
                quantity: Money::ONE,
                quantity_unit: None,
                unit_price: net,
                net,
                credited_line: None,
            };
            found.push(DueFee { fee: fee.clone(), days, line });
        }
        month = month.next()?;
        if !fee.details.monthly {
            break;
        }
    }
    Ok(found)
}
