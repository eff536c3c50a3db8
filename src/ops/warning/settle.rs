//! What follows for a warning's state and its letters when somebody changes it.
//!
//! Nothing of it is told: letters are for balances that move. Letters that wait are taken back, and what they would have told is
//! told anew if a later check still finds it so.

use crate::error::Result;
use crate::model::{Cause, Customer, LetterState, Level, Money, Warning, WarningDetails};
use crate::ops::outbox;
use crate::store::Tx;

/// Draws the consequences of a change that has been saved.
pub(super) fn after_change(
    tx: &mut Tx<'_>,
    customer: &Customer,
    before: &WarningDetails,
    warning: &Warning,
) -> Result<()> {
    let Some(balance) = tx.balance(customer, warning.unit)?.map(|found| found.balance) else { return Ok(()) };
    let level = warning.details.level(balance);
    // Where the marks make no difference, the balance has moved since the last check, and the next one tells of that.
    if level < before.level(balance) && level < warning.state {
        settle(tx, warning, level, Cause::Marks, balance)?;
    }
    Ok(())
}

fn settle(tx: &mut Tx<'_>, warning: &Warning, to: Level, cause: Cause, balance: Money) -> Result<()> {
    let unsettled = tx.unsettled_letters(warning)?;
    for letter in unsettled.iter().filter(|letter| letter.state != LetterState::Sending) {
        outbox::take_back(tx, letter, why(cause))?;
    }
    let to = if unsettled.is_empty() { to } else { Level::Ok };
    if to != warning.state {
        tx.insert_crossing(warning, to, cause, balance)?;
    }
    Ok(())
}

fn why(cause: Cause) -> &'static str {
    match cause {
        Cause::Balance => "the balance has moved",
        Cause::Marks => "the marks were moved",
        Cause::Off => "the warning was switched off",
        Cause::Archived => "the customer was archived",
    }
}
