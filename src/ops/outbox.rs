//! The outbox: which letter may be sent when, and what follows from each outcome. Nothing is sent here.

use jiff::SignedDuration;

use crate::error::{Error, Result};
use crate::model::{
    ApiId, Change, CheckCounts, Composed, Crossing, Customer, EmailAddress, Letter, LetterState, Noun, Outcome,
    Password, Time,
};
use crate::ops::smpp;
use crate::store::vault::Vault;
use crate::store::{Due, LetterFilter, Snapshot, Tx};

/// The wait after a first failure; it doubles with each further one.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(5);
/// The longest wait between two attempts.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(6);
/// How long a letter is tried before it counts as failed.
const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(5 * 24);
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
    smpp::password(snapshot, &keys()?, &snapshot.smpp_account_of(account)?).map(Some)
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
        Outcome::Deferred(_) if after(letter.created_at, GIVE_UP_AFTER)? <= tx.at() => (LetterState::Failed, None),
        Outcome::Deferred(_) => {
            // A letter that may have been sent before stays uncertain, however often its second sending is put off.
            let state = if letter.unanswered > 0 { LetterState::Uncertain } else { LetterState::Pending };
            (state, Some(after(tx.at(), wait_after(letter.attempts))?))
        }
    };
    tx.set_letter_state(&letter, state, next, detail)?;
    tx.letter(letter.id)
}

fn wait_after(attempts: u32) -> SignedDuration {
    let doublings = attempts.saturating_sub(1).min(10);
    (FIRST_WAIT * (1 << doublings)).min(LONGEST_WAIT)
}

fn after(time: Time, wait: SignedDuration) -> Result<Time> {
    time.timestamp().checked_add(wait).map(Time::from_timestamp).map_err(|_| Error::Overflow { what: "the time" })
}

/// Takes back a letter that nobody has begun to send.
pub(super) fn take_back(tx: &mut Tx<'_>, letter: &Letter, why: &str) -> Result<()> {
    tx.set_letter_state(letter, LetterState::Cancelled, None, Some(why))
}

/// Lets a letter be sent again: one that failed, is uncertain, was cancelled or waits.
///
/// # Errors
/// [`Error::Refused`] when it was sent, or is being sent.
pub fn retry(tx: &mut Tx<'_>, id: i64) -> Result<Letter> {
    let letter = tx.letter(id)?;
    if matches!(letter.state, LetterState::Sent | LetterState::Sending) {
        return Err(Error::Refused(format!("letter {id} is {}", letter.state)));
    }
    let at = tx.at();
    tx.set_letter_state(&letter, LetterState::Pending, Some(at), letter.last_error.as_deref())?;
    tx.record(&change(&letter, "retry", LetterState::Pending, tx)?)?;
    tx.letter(id)
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
    tx.set_letter_state(&letter, LetterState::Cancelled, None, letter.last_error.as_deref())?;
    tx.record(&change(&letter, "cancel", LetterState::Cancelled, tx)?)?;
    tx.letter(id)
}

fn change(letter: &Letter, action: &str, to: LetterState, tx: &Tx<'_>) -> Result<Change> {
    let customer_id = match &letter.customer {
        Some(code) => Some(tx.customer(code.as_str())?.id),
        None => None,
    };
    Ok(Change::new(Noun::Letter, action, letter.id, customer_id).field("state", letter.state.as_str(), to.as_str()))
}

/// Begins a run of the check.
pub fn begin_run(tx: &mut Tx<'_>) -> Result<()> {
    tx.begin_check_run()
}

/// Ends the run of the check.
pub fn end_run(tx: &mut Tx<'_>, counts: CheckCounts) -> Result<()> {
    tx.finish_check_run(counts)
}
