//! Updates the state of a warning and cancels its waiting emails when its settings change or its customer is archived.
//!
//! Such a change sends no email, because emails are about balances that move. What the cancelled emails were about is found
//! again by a later check if it still holds.

use crate::error::Result;
use crate::model::{
    CrossingCause, Customer, EmailState, EmailTemplate, ForecastCause, ForecastKind, Level, Money, OutboxEmail,
    Warning, WarningDetails,
};
use crate::ops::outbox;
use crate::ops::warning::forecast;
use crate::store::{OutboxFilter, Tx};

/// Brings the state and the emails of a warning in line with settings that were just saved.
pub(super) fn after_change(
    tx: &mut Tx<'_>,
    customer: &Customer,
    before: &WarningDetails,
    warning: &Warning,
) -> Result<()> {
    if before.notify_customer && !warning.details.notify_customer {
        let unsettled = tx.unsettled_emails(warning)?;
        let to_customer =
            |email: &&OutboxEmail| matches!(email.content.template, EmailTemplate::LowUpper | EmailTemplate::LowLower);
        cancel_waiting(tx, unsettled.iter().filter(to_customer), "emails to the customer were turned off")?;
    }
    forecasts_after_change(tx, before, warning)?;
    let Some(balance) = tx.balance(customer, warning.unit)?.map(|found| found.balance) else { return Ok(()) };
    let level = warning.details.level(balance);
    // If the new thresholds do not lower the level, any difference comes from the balance: the next check reports that.
    let to = if level < before.level(balance) { level.min(warning.state) } else { warning.state };
    if before.active && !warning.details.active {
        set_state(tx, warning, to, CrossingCause::Off, balance)
    } else if to != warning.state {
        set_state(tx, warning, to, CrossingCause::Thresholds, balance)
    } else {
        Ok(())
    }
}

/// Ends the forecasts whose settings changed, so that the next check compares with the new ones, and cancels the emails about the
/// others that the customer is not to get any more.
fn forecasts_after_change(tx: &mut Tx<'_>, before: &WarningDetails, warning: &Warning) -> Result<()> {
    let after = &warning.details;
    forecast::end(tx, warning, |kind| {
        let is_changed = match kind {
            ForecastKind::DaysLeft => before.days_left != after.days_left,
            ForecastKind::Surge => before.surge != after.surge,
            ForecastKind::Silent => before.silent != after.silent,
            ForecastKind::NoTraffic => false,
        };
        match (after.active, is_changed) {
            (false, _) => Some(ForecastCause::Off),
            (true, true) => Some(ForecastCause::Settings),
            (true, false) => None,
        }
    })?;
    forecast::cancel_to_customer(tx, warning, |template| match template {
        EmailTemplate::DaysLeft => !after.notify_customer,
        EmailTemplate::Surge | EmailTemplate::Silent => !after.notify_customer || !after.traffic_to_customer,
        _ => false,
    })
}

/// Stops the warnings of a customer that was archived and cancels every other email that waits for it.
pub(in crate::ops) fn archive_with_customer(tx: &mut Tx<'_>, customer: &Customer) -> Result<()> {
    for warning in tx.warnings_of(customer)? {
        let balance = tx.balance(customer, warning.unit)?.map_or(Money::ZERO, |found| found.balance);
        set_state(tx, &warning, warning.state, CrossingCause::Archived, balance)?;
        forecast::end(tx, &warning, |_| Some(ForecastCause::Archived))?;
    }
    let filter = OutboxFilter { customer_id: Some(customer.id), waiting: true, ..OutboxFilter::default() };
    let reason = CrossingCause::Archived.reason();
    tx.emails_of(&filter)?.iter().try_for_each(|email| outbox::cancel_outdated(tx, email, reason))
}

/// Cancels the waiting emails of a warning and records its new state. A warning with unsent emails goes back to
/// [`Level::Ok`], so that the next check finds the crossing again.
fn set_state(tx: &mut Tx<'_>, warning: &Warning, to: Level, cause: CrossingCause, balance: Money) -> Result<()> {
    let unsettled = tx.unsettled_emails(warning)?;
    cancel_waiting(tx, unsettled.iter(), cause.reason())?;
    let to = if unsettled.is_empty() { to } else { Level::Ok };
    if to != warning.state {
        tx.insert_crossing(warning, to, cause, balance)?;
    }
    Ok(())
}

/// Cancels emails except those being sent now, whose outcome decides what becomes of them.
fn cancel_waiting<'a>(tx: &mut Tx<'_>, mut emails: impl Iterator<Item = &'a OutboxEmail>, reason: &str) -> Result<()> {
    emails.try_for_each(|email| match email.state {
        EmailState::Sending => Ok(()),
        _ => outbox::cancel_outdated(tx, email, reason),
    })
}
