//! What follows for a warning's state and its letters when somebody changes it, or archives its customer.
//!
//! Nothing of it is told: letters are for balances that move. Letters that wait are taken back, and what they would have told is
//! told anew if a later check still finds it so.

use crate::error::Result;
use crate::model::{Cause, Customer, Letter, LetterKind, LetterState, Level, Money, Warning, WarningDetails};
use crate::ops::outbox;
use crate::store::{LetterFilter, Tx};

/// Draws the consequences of a change that has been saved.
pub(super) fn after_change(
    tx: &mut Tx<'_>,
    customer: &Customer,
    before: &WarningDetails,
    warning: &Warning,
) -> Result<()> {
    if before.tell_customer && !warning.details.tell_customer {
        let unsettled = tx.unsettled_letters(warning)?;
        let to_customer = |letter: &&Letter| matches!(letter.content.kind, LetterKind::LowUpper | LetterKind::LowLower);
        take_back(tx, unsettled.iter().filter(to_customer), "the customer is not to be told")?;
    }
    let Some(balance) = tx.balance(customer, warning.unit)?.map(|found| found.balance) else { return Ok(()) };
    let level = warning.details.level(balance);
    // Where the marks make no difference, the balance has moved since the last check, and the next one tells of that.
    let to = if level < before.level(balance) { level.min(warning.state) } else { warning.state };
    if before.active && !warning.details.active {
        settle(tx, warning, to, Cause::Off, balance)
    } else if to != warning.state {
        settle(tx, warning, to, Cause::Marks, balance)
    } else {
        Ok(())
    }
}

/// Stops the warnings of a customer that was archived, and takes back whatever else waits to be sent to it.
pub(in crate::ops) fn archive_with_customer(tx: &mut Tx<'_>, customer: &Customer) -> Result<()> {
    for warning in tx.warnings_of(customer)? {
        let balance = tx.balance(customer, warning.unit)?.map_or(Money::ZERO, |found| found.balance);
        settle(tx, &warning, warning.state, Cause::Archived, balance)?;
    }
    let filter = LetterFilter { customer_id: Some(customer.id), waiting: true, ..LetterFilter::default() };
    tx.letters_of(&filter)?.iter().try_for_each(|letter| outbox::take_back(tx, letter, Cause::Archived.reason()))
}

fn settle(tx: &mut Tx<'_>, warning: &Warning, to: Level, cause: Cause, balance: Money) -> Result<()> {
    let unsettled = tx.unsettled_letters(warning)?;
    take_back(tx, unsettled.iter(), cause.reason())?;
    let to = if unsettled.is_empty() { to } else { Level::Ok };
    if to != warning.state {
        tx.insert_crossing(warning, to, cause, balance)?;
    }
    Ok(())
}

/// Takes back those letters that nobody is sending just now; the outcome of one that is being sent decides what becomes of it.
fn take_back<'a>(tx: &mut Tx<'_>, mut letters: impl Iterator<Item = &'a Letter>, why: &str) -> Result<()> {
    letters.try_for_each(|letter| match letter.state {
        LetterState::Sending => Ok(()),
        _ => outbox::take_back(tx, letter, why),
    })
}
