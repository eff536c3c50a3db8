//! The courier: takes emails out of the outbox, sends them, and writes down what came of it.
//!
//! An email is claimed in a committed transaction before anything is sent, sent outside any transaction, and its outcome
//! committed at once, together with the claim of the next. A run that is killed leaves one email uncertain, and no other.
//! The password that an email tells is in memory only, between its claim and its outcome.

use std::time::{Duration, Instant};

use crate::error::Result;
use crate::mail::MailTransport;
use crate::model::{CheckCounts, EmailState, Origin, OutboxEmail, Password, SendOutcome};
use crate::ops::outbox;
use crate::store::vault::Vault;
use crate::store::{Store, Tx};

/// One delivery: of which emails, with which keys, and how long it may take.
pub struct Trip<'a> {
    pub round: Round,
    /// Opens the vault, when an email that tells a password needs it.
    pub keys: Keys<'a>,
    pub limits: Limits,
}

/// What a delivery may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long it may go on beginning to send emails.
    pub time: Duration,
}

/// Which emails a delivery is of.
#[derive(Debug, Clone)]
pub enum Round {
    /// Every email that is due.
    Due,
    /// Emails that were just queued, by their numbers.
    Of(Vec<i64>),
}

/// How a vault is opened.
pub type Keys<'a> = &'a dyn Fn() -> Result<Vault>;

/// An email that was claimed, and the password that it tells, or why it cannot be told.
struct Claimed {
    email: OutboxEmail,
    password: Result<Option<Password>>,
}

/// Delivers emails, and counts what came of it into `counts`. Those for which there was no time, or no
/// server, count as deferred.
pub fn deliver(
    store: &mut Store,
    origin: &Origin,
    trip: Trip<'_>,
    transport: &mut dyn MailTransport,
    counts: &mut CheckCounts,
    progress: &mut dyn FnMut(&CheckCounts, &OutboxEmail),
) -> Result<()> {
    let Trip { mut round, keys, limits } = trip;
    let deadline = Instant::now() + limits.time;
    let mut tx = store.write(origin)?;
    let mut claimed = round.claim(&mut tx, keys)?;
    tx.commit()?;
    while let Some(Claimed { email, password }) = claimed {
        let outcome = send(transport, &email, password);
        let goes_on = !transport.is_down() && Instant::now() < deadline;
        let mut tx = store.write(origin)?;
        let email = outbox::record(&mut tx, email, &outcome)?;
        claimed = if goes_on { round.claim(&mut tx, keys)? } else { None };
        let left = if goes_on { 0 } else { round.left(&tx)? };
        tx.commit()?;
        match email.state {
            EmailState::Sent => counts.sent += 1,
            EmailState::Failed => counts.failed += 1,
            EmailState::Uncertain => counts.uncertain += 1,
            _ => counts.deferred += 1,
        }
        counts.deferred += left;
        progress(counts, &email);
    }
    Ok(())
}

impl Round {
    /// Claims the next email.
    fn claim(&mut self, tx: &mut Tx<'_>, keys: Keys<'_>) -> Result<Option<Claimed>> {
        let email = match self {
            Self::Due => outbox::claim(tx, 1)?.pop(),
            Self::Of(emails) => claim_first(tx, emails)?,
        };
        Ok(email.map(|email| Claimed { password: outbox::password_told(tx, keys, &email), email }))
    }

    /// How many emails are still to be sent.
    fn left(&self, tx: &Tx<'_>) -> Result<u32> {
        match self {
            Self::Due => tx.count_due(outbox::due(tx)?),
            Self::Of(emails) => Ok(u32::try_from(emails.len()).unwrap_or(u32::MAX)),
        }
    }
}

/// Claims the first of these emails that still waits: a run between their queueing and now may have sent them.
fn claim_first(tx: &mut Tx<'_>, emails: &mut Vec<i64>) -> Result<Option<OutboxEmail>> {
    while !emails.is_empty() {
        let email = tx.email(emails.remove(0))?;
        if email.state == EmailState::Pending {
            return outbox::claim_one(tx, email).map(Some);
        }
    }
    Ok(None)
}

/// Sends an email with the password that it tells. What was said about it is kept, so the password is taken out of that.
fn send(transport: &mut dyn MailTransport, email: &OutboxEmail, password: Result<Option<Password>>) -> SendOutcome {
    match password {
        Ok(None) => transport.send(email),
        Ok(Some(password)) => {
            let content = email.content.clone().telling(&password);
            transport.send(&OutboxEmail { content, ..email.clone() }).without(&password)
        }
        Err(error) => SendOutcome::Deferred(error.to_string()),
    }
}
