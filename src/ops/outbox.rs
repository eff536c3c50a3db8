//! The outbox: which email may be sent when, and what follows from each outcome. Nothing is sent here.

use jiff::SignedDuration;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::{
    ApiId, Change, CheckCounts, Crossing, Customer, EmailAddress, EmailState, EntityKind, OutboxEmail, Password,
    RenderedEmail, SendOutcome, Time,
};
use crate::ops::{active, smpp};
use crate::store::vault::Vault;
use crate::store::{Due, OutboxFilter, Snapshot, Tx};

/// The wait after a first failure; it doubles with each further one.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(5);
/// The longest wait between two attempts.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(6);
/// How long an email is tried before it counts as failed.
const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(5 * 24);
/// How often it is tried in any case, about ten hours of waiting: its age alone says little where a clock was wrong, or where
/// nothing ran for days.
const LEAST_ATTEMPTS: u32 = 8;
/// The wait before an email is sent again of which nobody knows whether it was sent.
const WAIT_WHEN_UNANSWERED: SignedDuration = SignedDuration::from_mins(15);

/// Queues an email to one recipient.
pub fn queue(
    tx: &mut Tx<'_>,
    customer: Option<&Customer>,
    crossing: Option<&Crossing>,
    to: &EmailAddress,
    content: &RenderedEmail,
) -> Result<OutboxEmail> {
    let domain = content.sender.address.as_str().rsplit('@').next().unwrap_or("localhost");
    let message_id = format!("{}@{domain}", ApiId::generate());
    let (customer_id, crossing_id) = (customer.map(|customer| customer.id), crossing.map(|crossing| crossing.id));
    let id = tx.insert_email(customer_id, crossing_id, to, content, &message_id)?;
    tx.email(id)
}

/// Finds emails that a run claimed and that nobody is sending: that run is dead, and what became of them is not known.
///
/// Only for whoever holds the lock of the check.
pub fn find_abandoned(tx: &mut Tx<'_>) -> Result<Vec<OutboxEmail>> {
    let sending = OutboxFilter { state: Some(EmailState::Sending), ..OutboxFilter::default() };
    let ended = SendOutcome::Unanswered("the run that was sending it ended".to_owned());
    tx.emails_of(&sending)?.into_iter().map(|email| record(tx, email, &ended)).collect()
}

/// Which attempts are due now.
pub fn due(tx: &Tx<'_>) -> Result<Due> {
    Ok(Due { by: tx.at(), beyond: after(tx.at(), LONGEST_WAIT)? })
}

/// Claims emails whose next attempt is due, oldest first, at most so many.
pub fn claim(tx: &mut Tx<'_>, most: u64) -> Result<Vec<OutboxEmail>> {
    let due = OutboxFilter { due: Some(due(tx)?), limit: Some(most), ..OutboxFilter::default() };
    tx.emails_of(&due)?.into_iter().map(|email| claim_one(tx, email)).collect()
}

/// Claims an email.
pub fn claim_one(tx: &mut Tx<'_>, mut email: OutboxEmail) -> Result<OutboxEmail> {
    email.attempts += 1;
    email.state = EmailState::Sending;
    tx.set_email_state(&email, EmailState::Sending, None, email.last_error.as_deref())?;
    Ok(email)
}

/// The password that an email tells, as it is now; nothing when it tells none.
pub fn password_told(
    snapshot: &Snapshot<'_>,
    keys: &dyn Fn() -> Result<Vault>,
    email: &OutboxEmail,
) -> Result<Option<Password>> {
    let Some(account) = email.content.password_of else { return Ok(None) };
    smpp::current_password(snapshot, &keys()?, &snapshot.smpp_account_of(account)?).map(Some)
}

/// Gives the password that an email tells, and logs that somebody asked for it.
pub fn reveal(tx: &mut Tx<'_>, vault: &Vault, email: &OutboxEmail) -> Result<Option<Password>> {
    let Some(account) = email.content.password_of else { return Ok(None) };
    let account = tx.smpp_account_of(account)?;
    smpp::reveal(tx, vault, account.system_id.as_str()).map(|credentials| Some(credentials.password))
}

/// Writes down what came of sending a claimed email, and what follows from it.
pub fn record(tx: &mut Tx<'_>, mut email: OutboxEmail, outcome: &SendOutcome) -> Result<OutboxEmail> {
    tx.insert_attempt(&email, outcome)?;
    let (_, detail) = outcome.parts();
    let (state, next) = match outcome {
        SendOutcome::Sent => (EmailState::Sent, None),
        SendOutcome::Refused(_) => (EmailState::Failed, None),
        SendOutcome::Unanswered(_) => {
            email.unanswered += 1;
            let again = if email.unanswered == 1 { Some(after(tx.at(), WAIT_WHEN_UNANSWERED)?) } else { None };
            (EmailState::Uncertain, again)
        }
        SendOutcome::Deferred(_) if has_been_tried_enough(&email, tx.at()) => (EmailState::Failed, None),
        SendOutcome::Deferred(_) => {
            // An email that may have been sent before stays uncertain, however often its second sending is put off.
            let state = if email.unanswered > 0 { EmailState::Uncertain } else { EmailState::Pending };
            (state, Some(after(tx.at(), wait_after(email.attempts))?))
        }
    };
    // What happened while it was being sent could not take it back then, and does now.
    if let (Some(_), Some(cause)) = (next, tx.overtaken_by(&email)?) {
        take_back(tx, &email, cause.reason())?;
    } else {
        tx.set_email_state(&email, state, next, detail)?;
    }
    tx.email(email.id)
}

/// Whether an email counts as failed when it is put off once more. One that was queued days ahead, by a clock that has been
/// set back since, is as old as one that was queued days ago.
fn has_been_tried_enough(email: &OutboxEmail, now: Time) -> bool {
    let age = now.timestamp().duration_since(email.created_at.timestamp()).abs();
    email.attempts >= LEAST_ATTEMPTS && age >= GIVE_UP_AFTER
}

fn wait_after(attempts: u32) -> SignedDuration {
    let doublings = attempts.saturating_sub(1).min(10);
    (FIRST_WAIT * (1 << doublings)).min(LONGEST_WAIT)
}

fn after(time: Time, wait: SignedDuration) -> Result<Time> {
    time.timestamp().checked_add(wait).map(Time::from_timestamp).map_err(|_| Error::Overflow { what: "the time" })
}

/// Takes back an email that waits, because what it tells is over. One that may have been sent stays uncertain, and is not
/// sent again.
pub(super) fn take_back(tx: &mut Tx<'_>, email: &OutboxEmail, why: &str) -> Result<()> {
    let state = if email.unanswered > 0 { EmailState::Uncertain } else { EmailState::Cancelled };
    tx.set_email_state(email, state, None, Some(why))?;
    record_change(tx, "cancel", email).map(drop)
}

/// Lets an email be sent again now: one that failed, is uncertain, was cancelled or waits. One that is due already is left as
/// it is.
///
/// # Errors
/// [`Error::Refused`] when it was sent, or is being sent; [`Error::Archived`] when its customer is.
pub fn retry(tx: &mut Tx<'_>, id: i64) -> Result<OutboxEmail> {
    let email = tx.email(id)?;
    if matches!(email.state, EmailState::Sent | EmailState::Sending) {
        return Err(Error::Refused(format!("email {id} is {}", email.state)));
    }
    if let Some(customer) = &email.customer {
        active::customer(tx, customer.as_str())?;
    }
    let waits_until = email.next_attempt_at.filter(|_| email.state == EmailState::Pending);
    let next = waits_until.map_or(tx.at(), |planned| planned.min(tx.at()));
    if waits_until == Some(next) {
        return Ok(email);
    }
    tx.set_email_state(&email, EmailState::Pending, Some(next), email.last_error.as_deref())?;
    record_change(tx, "retry", &email)
}

/// Takes back an email that was not sent.
///
/// # Errors
/// [`Error::Refused`] when it was sent, or is being sent.
pub fn cancel(tx: &mut Tx<'_>, id: i64) -> Result<OutboxEmail> {
    let email = tx.email(id)?;
    if matches!(email.state, EmailState::Sent | EmailState::Sending) {
        return Err(Error::Refused(format!("email {id} is {}", email.state)));
    }
    if email.state == EmailState::Cancelled {
        return Ok(email);
    }
    tx.set_email_state(&email, EmailState::Cancelled, None, email.last_error.as_deref())?;
    record_change(tx, "cancel", &email)
}

/// Writes into the audit log how an email has changed, and gives it as it is now.
fn record_change(tx: &mut Tx<'_>, action: &str, before: &OutboxEmail) -> Result<OutboxEmail> {
    let email = tx.email(before.id)?;
    let customer_id = match &email.customer {
        Some(code) => Some(tx.customer(code.as_str())?.id),
        None => None,
    };
    let change = Change::new(EntityKind::Email, action, email.id, customer_id)
        .between(Some(&Standing::of(before)), Some(&Standing::of(&email)));
    tx.record(&change)?;
    Ok(email)
}

/// What an operator, or the course of the balance, changes of an email.
#[derive(Serialize)]
struct Standing<'a> {
    state: EmailState,
    next_attempt_at: Option<Time>,
    last_error: Option<&'a str>,
}

impl<'a> Standing<'a> {
    fn of(email: &'a OutboxEmail) -> Self {
        Self { state: email.state, next_attempt_at: email.next_attempt_at, last_error: email.last_error.as_deref() }
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
