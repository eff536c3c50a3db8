//! The outbox: queues emails, decides when each is due, and records the outcome of every attempt. Nothing is sent here.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::{
    ApiId, Change, CheckCounts, Customer, EmailAddress, EmailCause, EmailState, EntityKind, OutboxEmail, Password,
    RenderedEmail, SendOutcome, Time,
};
use crate::ops::{active, smpp};
use crate::store::vault::Vault;
use crate::store::{Due, OutboxFilter, Snapshot, Tx};

/// The wait after the first failure. It doubles with each further failure.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(5);
/// The longest wait between two attempts.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(6);
/// The age at which an email that cannot be sent counts as failed.
const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(5 * 24);
/// The attempts that an email gets in any case, over about ten hours. Its age alone says little if the clock was wrong or
/// nothing ran for days.
const LEAST_ATTEMPTS: u32 = 8;
/// The wait before an email is sent again whose first sending got no answer.
const WAIT_WHEN_UNANSWERED: SignedDuration = SignedDuration::from_mins(15);

/// Queues an email to one recipient.
pub fn queue(
    tx: &mut Tx<'_>,
    customer: Option<&Customer>,
    cause: EmailCause<'_>,
    to: &EmailAddress,
    content: &RenderedEmail,
) -> Result<OutboxEmail> {
    let domain = content.sender.address.as_str().rsplit('@').next().unwrap_or("localhost");
    let message_id = format!("{}@{domain}", ApiId::generate());
    let id = tx.insert_email(customer.map(|customer| customer.id), cause, to, content, &message_id)?;
    tx.email(id)
}

/// Finds emails that were claimed by a run that died, and records that their outcome is unknown.
///
/// The caller must hold the dispatch lock; without it, the run may still be alive.
pub fn find_abandoned(tx: &mut Tx<'_>) -> Result<Vec<OutboxEmail>> {
    let sending = OutboxFilter { state: Some(EmailState::Sending), ..OutboxFilter::default() };
    let ended = SendOutcome::Unanswered("the run that was sending it ended".to_owned());
    tx.emails_of(&sending)?.into_iter().map(|email| record(tx, email, &ended)).collect()
}

/// The filter for attempts that are due now.
pub fn due(tx: &Tx<'_>) -> Result<Due> {
    Ok(Due { by: tx.at(), beyond: after(tx.at(), LONGEST_WAIT) })
}

/// The email whose attempt is due first, if one is due.
pub fn next_due(tx: &Tx<'_>) -> Result<Option<OutboxEmail>> {
    let due = OutboxFilter { due: Some(due(tx)?), limit: Some(1), ..OutboxFilter::default() };
    Ok(tx.emails_of(&due)?.pop())
}

/// Claims an email: counts an attempt and sets its state to `sending`.
pub fn claim_one(tx: &mut Tx<'_>, mut email: OutboxEmail) -> Result<OutboxEmail> {
    email.attempts += 1;
    email.state = EmailState::Sending;
    tx.set_email_state(&email, EmailState::Sending, None, email.last_error.as_deref())?;
    Ok(email)
}

/// The current password of the account whose password an email contains; `None` for an email without one.
pub fn password_of(
    snapshot: &Snapshot<'_>,
    keys: &dyn Fn() -> Result<Vault>,
    email: &OutboxEmail,
) -> Result<Option<Password>> {
    let Some(account) = email.content.password_of else { return Ok(None) };
    smpp::current_password(snapshot, &keys()?, &snapshot.smpp_account_of(account)?).map(Some)
}

/// Returns the password that an email contains and records the access in the audit log.
pub fn reveal(tx: &mut Tx<'_>, vault: &Vault, email: &OutboxEmail) -> Result<Option<Password>> {
    let Some(account) = email.content.password_of else { return Ok(None) };
    let account = tx.smpp_account_of(account)?;
    smpp::reveal(tx, vault, account.system_id.as_str()).map(|credentials| Some(credentials.password))
}

/// Records the outcome of sending a claimed email and sets its next state: sent, failed, or due again later.
pub fn record(tx: &mut Tx<'_>, mut email: OutboxEmail, outcome: &SendOutcome) -> Result<OutboxEmail> {
    tx.insert_attempt(&email, outcome)?;
    let (_, detail) = outcome.parts();
    let (state, next) = match outcome {
        SendOutcome::Sent => (EmailState::Sent, None),
        SendOutcome::Refused(_) => (EmailState::Failed, None),
        SendOutcome::Unanswered(_) => {
            email.unanswered += 1;
            let again = if email.unanswered == 1 { Some(after(tx.at(), WAIT_WHEN_UNANSWERED)) } else { None };
            (EmailState::Uncertain, again)
        }
        SendOutcome::Deferred(_) if has_been_tried_enough(&email, tx.at()) => (EmailState::Failed, None),
        SendOutcome::Deferred(_) => {
            // An email that may have been sent before stays uncertain, however often its second attempt is deferred.
            let state = if email.unanswered > 0 { EmailState::Uncertain } else { EmailState::Pending };
            (state, Some(after(tx.at(), wait_after(email.attempts))))
        }
    };
    // The cause for cancelling it may have come while it was being sent, when it could not be cancelled.
    if let (Some(_), Some(cause)) = (next, tx.overtaken_by(&email)?) {
        cancel_outdated(tx, &email, cause)?;
    } else {
        tx.set_email_state(&email, state, next, detail)?;
    }
    tx.email(email.id)
}

/// Whether an email counts as failed when it is deferred once more. The age is absolute: an email whose creation time is days
/// ahead, because the clock was set back since, is treated like one that is days old.
fn has_been_tried_enough(email: &OutboxEmail, now: Time) -> bool {
    let age = now.timestamp().duration_since(email.created_at.timestamp()).abs();
    email.attempts >= LEAST_ATTEMPTS && age >= GIVE_UP_AFTER
}

fn wait_after(attempts: u32) -> SignedDuration {
    let doublings = attempts.saturating_sub(1).min(10);
    (FIRST_WAIT * (1 << doublings)).min(LONGEST_WAIT)
}

/// The time after a wait, or the last time that there is.
fn after(time: Time, wait: SignedDuration) -> Time {
    Time::from_timestamp(time.timestamp().checked_add(wait).unwrap_or(Timestamp::MAX))
}

/// Cancels a waiting email whose subject is outdated. An email that may have been sent stays uncertain and is not sent again.
pub(super) fn cancel_outdated(tx: &mut Tx<'_>, email: &OutboxEmail, reason: &str) -> Result<()> {
    let state = if email.unanswered > 0 { EmailState::Uncertain } else { EmailState::Cancelled };
    tx.set_email_state(email, state, None, Some(reason))?;
    record_change(tx, "cancel", email).map(drop)
}

/// Makes an email due now that failed, is uncertain, was cancelled or waits. An email that is due already is left unchanged.
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

/// Cancels an email that was not sent.
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

/// Records the change of an email in the audit log and returns the email as it is now.
pub(super) fn record_change(tx: &mut Tx<'_>, action: &str, before: &OutboxEmail) -> Result<OutboxEmail> {
    let email = tx.email(before.id)?;
    let customer_id = match &email.customer {
        Some(code) => Some(tx.customer(code.as_str())?.id),
        None => None,
    };
    let change = Change::new(EntityKind::Email, action, email.id, customer_id)
        .between(Some(&AuditedFields::of(before)), Some(&AuditedFields::of(&email)));
    tx.record(&change)?;
    Ok(email)
}

/// The fields of an email that the audit log records.
#[derive(Serialize)]
struct AuditedFields<'a> {
    recipient: &'a EmailAddress,
    state: EmailState,
    next_attempt_at: Option<Time>,
    last_error: Option<&'a str>,
}

impl<'a> AuditedFields<'a> {
    fn of(email: &'a OutboxEmail) -> Self {
        Self {
            recipient: &email.recipient,
            state: email.state,
            next_attempt_at: email.next_attempt_at,
            last_error: email.last_error.as_deref(),
        }
    }
}

/// The recipients that got one of these emails, or may have got it.
pub(super) fn reached_recipients(emails: &[OutboxEmail]) -> Vec<EmailAddress> {
    let reached = emails.iter().filter(|email| email.may_have_arrived());
    reached.map(|email| email.recipient.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Records the start of a run of `balance check`.
pub fn begin_run(tx: &mut Tx<'_>) -> Result<()> {
    tx.begin_check_run()
}

/// Records the end of the run and its counts.
pub fn end_run(tx: &mut Tx<'_>, counts: CheckCounts) -> Result<()> {
    tx.finish_check_run(counts)
}
