//! What follows for a warning's state and its emails when somebody changes it, or archives its customer.
//!
//! Nothing of it is told: emails are for balances that move. Emails that wait are taken back, and what they would have told is
//! told anew if a later check still finds it so.

use crate::error::Result;
use crate::model::{
    CrossingCause, Customer, EmailState, EmailTemplate, Level, Money, OutboxEmail, Warning, WarningDetails,
};
use crate::ops::outbox;
use crate::store::{OutboxFilter, Tx};

/// Draws the consequences of a change that has been saved.
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
        take_back(tx, unsettled.iter().filter(to_customer), "the customer is not to be told")?;
    }
    let Some(balance) = tx.balance(customer, warning.unit)?.map(|found| found.balance) else { return Ok(()) };
    let level = warning.details.level(balance);
    // Where the thresholds make no difference, the balance has moved since the last check, and the next one tells of that.
    let to = if level < before.level(balance) { level.min(warning.state) } else { warning.state };
    if before.active && !warning.details.active {
        settle(tx, warning, to, CrossingCause::Off, balance)
    } else if to != warning.state {
        settle(tx, warning, to, CrossingCause::Thresholds, balance)
    } else {
        Ok(())
    }
}

/// Stops the warnings of a customer that was archived, and takes back whatever else waits to be sent to it.
pub(in crate::ops) fn archive_with_customer(tx: &mut Tx<'_>, customer: &Customer) -> Result<()> {
    for warning in tx.warnings_of(customer)? {
        let balance = tx.balance(customer, warning.unit)?.map_or(Money::ZERO, |found| found.balance);
        settle(tx, &warning, warning.state, CrossingCause::Archived, balance)?;
    }
    let filter = OutboxFilter { customer_id: Some(customer.id), waiting: true, ..OutboxFilter::default() };
    tx.emails_of(&filter)?.iter().try_for_each(|email| outbox::take_back(tx, email, CrossingCause::Archived.reason()))
}

fn settle(tx: &mut Tx<'_>, warning: &Warning, to: Level, cause: CrossingCause, balance: Money) -> Result<()> {
    let unsettled = tx.unsettled_emails(warning)?;
    take_back(tx, unsettled.iter(), cause.reason())?;
    let to = if unsettled.is_empty() { to } else { Level::Ok };
    if to != warning.state {
        tx.insert_crossing(warning, to, cause, balance)?;
    }
    Ok(())
}

/// Takes back those emails that nobody is sending just now; the outcome of one that is being sent decides what becomes of it.
fn take_back<'a>(tx: &mut Tx<'_>, mut emails: impl Iterator<Item = &'a OutboxEmail>, why: &str) -> Result<()> {
    emails.try_for_each(|email| match email.state {
        EmailState::Sending => Ok(()),
        _ => outbox::take_back(tx, email, why),
    })
}
