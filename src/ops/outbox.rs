//! The outbox: which letter may be sent when, and what follows from each outcome. Nothing is sent here.

use jiff::SignedDuration;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::{
    ApiId, Change, CheckCounts, Composed, Crossing, Customer, EmailAddress, Letter, LetterState, Noun, Outcome,
    Password, Time,
};
use crate::ops::{customer, smpp};
use crate::store::vault::Vault;
use crate::store::{Due, LetterFilter, Snapshot, Tx};

/// The wait after a first failure; it doubles with each further one.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(5);
/// The longest wait between two attempts.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(6);
/// How long a letter is tried before it counts as failed.
const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(5 * 24);
/// How often it is tried in any case, about ten hours of waiting: its age alone says little where a clock was wrong, or where
/// nothing ran for days.
const LEAST_ATTEMPTS: u32 = 8;
/// The wait before a letter is sent again of which nobody knows whether it was sent.
const WAIT_WHEN_UNANSWERED: SignedDuration = SignedDuration::from_mins(15);

/// Queues a letter to one recipient.
pub fn queue(
    tx: &mut Tx<'_>,
    customer: Option<&Customer>,
    crossing: Option<&Crossing>,
    to: &EmailAddress,
    content: &Composed,
) -> Result<Letter> {
    let domain = content.sender.address.as_str().rsplit('@').next().unwrap_or("localhost");
    let message_id = format!("{}@{domain}", ApiId::generate());
    let (customer_id, crossing_id) = (customer.map(|customer| customer.id), crossing.map(|crossing| crossing.id));
    let id = tx.insert_letter(customer_id, crossing_id, to, content, &message_id)?;
    tx.letter(id)
}

/// Finds letters that a run claimed and that nobody is sending: that run is dead, and what became of them is not known.
///
/// Only for whoever holds the lock of the check.
pub fn find_abandoned(tx: &mut Tx<'_>) -> Result<Vec<Letter>> {
    let sending = LetterFilter { state: Some(LetterState::Sending), ..LetterFilter::default() };
    let ended = Outcome::Unanswered("the run that was sending it ended".to_owned());
    tx.letters_of(&sending)?.into_iter().map(|letter| record(tx, letter, &ended)).collect()
}

/// Which attempts are due now.
pub fn due(tx: &Tx<'_>) -> Result<Due> {
    Ok(Due { by: tx.at(), beyond: after(tx.at(), LONGEST_WAIT)? })
}

/// Claims letters whose next attempt is due, oldest first, at most so many.
pub fn claim(tx: &mut Tx<'_>, most: u64) -> Result<Vec<Letter>> {
    let due = LetterFilter { due: Some(due(tx)?), limit: Some(most), ..LetterFilter::default() };
    tx.letters_of(&due)?.into_iter().map(|letter| claim_one(tx, letter)).collect()
}

/// Claims a letter.
pub fn claim_one(tx: &mut Tx<'_>, mut letter: Letter) -> Result<Letter> {
    letter.attempts += 1;
    letter.state = LetterState::Sending;
    tx.set_letter_state(&letter, LetterState::Sending, None, letter.last_error.as_deref())?;
    Ok(letter)
}

/// The password that a letter tells, as it is now; nothing when it tells none.
pub fn password_told(
    snapshot: &Snapshot<'_>,
    keys: &dyn Fn() -> Result<Vault>,
    letter: &Letter,
) -> Result<Option<Password>> {
    let Some(account) = letter.content.password_of else { return Ok(None) };
    smpp::current_password(snapshot, &keys()?, &snapshot.smpp_account_of(account)?).map(Some)
}

/// Gives the password that a letter tells, and logs that somebody asked for it.
pub fn reveal(tx: &mut Tx<'_>, vault: &Vault, letter: &Letter) -> Result<Option<Password>> {
    let Some(account) = letter.content.password_of else { return Ok(None) };
    let account = tx.smpp_account_of(account)?;
    smpp::reveal(tx, vault, account.system_id.as_str()).map(|credentials| Some(credentials.password))
}

/// Writes down what came of sending a claimed letter, and what follows from it.
pub fn record(tx: &mut Tx<'_>, mut letter: Letter, outcome: &Outcome) -> Result<Letter> {
    tx.insert_attempt(&letter, outcome)?;
    let (_, detail) = outcome.parts();
    let (state, next) = match outcome {
        Outcome::Sent => (LetterState::Sent, None),
        Outcome::Refused(_) => (LetterState::Failed, None),
        Outcome::Unanswered(_) => {
            letter.unanswered += 1;
            let again = if letter.unanswered == 1 { Some(after(tx.at(), WAIT_WHEN_UNANSWERED)?) } else { None };
            (LetterState::Uncertain, again)
        }
        Outcome::Deferred(_) if has_been_tried_enough(&letter, tx.at()) => (LetterState::Failed, None),
        Outcome::Deferred(_) => {
            // A letter that may have been sent before stays uncertain, however often its second sending is put off.
            let state = if letter.unanswered > 0 { LetterState::Uncertain } else { LetterState::Pending };
            (state, Some(after(tx.at(), wait_after(letter.attempts))?))
        }
    };
    // What happened while it was being sent could not take it back then, and does now.
    if let (Some(_), Some(cause)) = (next, tx.overtaken_by(&letter)?) {
        take_back(tx, &letter, cause.reason())?;
    } else {
        tx.set_letter_state(&letter, state, next, detail)?;
    }
    tx.letter(letter.id)
}

/// Whether a letter counts as failed when it is put off once more. One that was queued days ahead, by a clock that has been
/// set back since, is as old as one that was queued days ago.
fn has_been_tried_enough(letter: &Letter, now: Time) -> bool {
    let age = now.timestamp().duration_since(letter.created_at.timestamp()).abs();
    letter.attempts >= LEAST_ATTEMPTS && age >= GIVE_UP_AFTER
}

fn wait_after(attempts: u32) -> SignedDuration {
    let doublings = attempts.saturating_sub(1).min(10);
    (FIRST_WAIT * (1 << doublings)).min(LONGEST_WAIT)
}

fn after(time: Time, wait: SignedDuration) -> Result<Time> {
    time.timestamp().checked_add(wait).map(Time::from_timestamp).map_err(|_| Error::Overflow { what: "the time" })
}

/// Takes back a letter that waits, because what it tells is over. One that may have been sent stays uncertain, and is not
/// sent again.
pub(super) fn take_back(tx: &mut Tx<'_>, letter: &Letter, why: &str) -> Result<()> {
    let state = if letter.unanswered > 0 { LetterState::Uncertain } else { LetterState::Cancelled };
    tx.set_letter_state(letter, state, None, Some(why))?;
    record_change(tx, "cancel", letter).map(drop)
}

/// Lets a letter be sent again now: one that failed, is uncertain, was cancelled or waits. One that is due already is left as
/// it is.
///
/// # Errors
/// [`Error::Refused`] when it was sent, or is being sent; [`Error::Archived`] when its customer is.
pub fn retry(tx: &mut Tx<'_>, id: i64) -> Result<Letter> {
    let letter = tx.letter(id)?;
    if matches!(letter.state, LetterState::Sent | LetterState::Sending) {
        return Err(Error::Refused(format!("letter {id} is {}", letter.state)));
    }
    if let Some(customer) = &letter.customer {
        customer::active(tx, customer.as_str())?;
    }
    let waits_until = letter.next_attempt_at.filter(|_| letter.state == LetterState::Pending);
    let next = waits_until.map_or(tx.at(), |planned| planned.min(tx.at()));
    if waits_until == Some(next) {
        return Ok(letter);
    }
    tx.set_letter_state(&letter, LetterState::Pending, Some(next), letter.last_error.as_deref())?;
    record_change(tx, "retry", &letter)
}

/// Takes back a letter that was not sent.
///
/// # Errors
/// [`Error::Refused`] when it was sent, or is being sent.
pub fn cancel(tx: &mut Tx<'_>, id: i64) -> Result<Letter> {
    let letter = tx.letter(id)?;
    if matches!(letter.state, LetterState::Sent | LetterState::Sending) {
        return Err(Error::Refused(format!("letter {id} is {}", letter.state)));
    }
    if letter.state == LetterState::Cancelled {
        return Ok(letter);
    }
    tx.set_letter_state(&letter, LetterState::Cancelled, None, letter.last_error.as_deref())?;
    record_change(tx, "cancel", &letter)
}

/// Writes into the audit log how a letter has changed, and gives it as it is now.
fn record_change(tx: &mut Tx<'_>, action: &str, before: &Letter) -> Result<Letter> {
    let letter = tx.letter(before.id)?;
    let customer_id = match &letter.customer {
        Some(code) => Some(tx.customer(code.as_str())?.id),
        None => None,
    };
    let change = Change::new(Noun::Letter, action, letter.id, customer_id)
        .between(Some(&Standing::of(before)), Some(&Standing::of(&letter)));
    tx.record(&change)?;
    Ok(letter)
}

/// What an operator, or the course of the balance, changes of a letter.
#[derive(Serialize)]
struct Standing<'a> {
    state: LetterState,
    next_attempt_at: Option<Time>,
    last_error: Option<&'a str>,
}

impl<'a> Standing<'a> {
    fn of(letter: &'a Letter) -> Self {
        Self { state: letter.state, next_attempt_at: letter.next_attempt_at, last_error: letter.last_error.as_deref() }
    }
}

/// Begins a run of the check.
pub fn begin_run(tx: &mut Tx<'_>) -> Result<()> {
    tx.begin_check_run()
}

/// Ends the run of the check.
pub fn end_run(tx: &mut Tx<'_>, counts: CheckCounts) -> Result<()> {
    tx.finish_check_run(counts)
}
