//! The courier: takes letters out of the outbox, sends them, and writes down what came of it.
//!
//! A letter is claimed in a committed transaction before anything is sent, sent outside any transaction, and its outcome
//! committed at once, together with the claim of the next. A run that is killed leaves one letter uncertain, and no other.
//! The password that a letter tells is in memory only, between its claim and its outcome.

use std::time::{Duration, Instant};

use crate::error::Result;
use crate::mail::Carrier;
use crate::model::{CheckCounts, Letter, LetterState, Origin, Outcome, Password};
use crate::ops::outbox;
use crate::store::vault::Vault;
use crate::store::{Store, Tx};

/// One delivery: of which letters, with which keys, and how long it may take.
pub struct Trip<'a> {
    pub round: Round,
    /// Opens the vault, when a letter that tells a password needs it.
    pub keys: Keys<'a>,
    pub limits: Limits,
}

/// What a delivery may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long it may go on beginning to send letters.
    pub time: Duration,
}

/// Which letters a delivery is of.
#[derive(Debug, Clone)]
pub enum Round {
    /// Every letter that is due.
    Due,
    /// Letters that were just queued, by their numbers.
    Of(Vec<i64>),
}

/// How a vault is opened.
pub type Keys<'a> = &'a dyn Fn() -> Result<Vault>;

/// A letter that was claimed, and the password that it tells, or why it cannot be told.
struct Claimed {
    letter: Letter,
    password: Result<Option<Password>>,
}

/// Delivers letters, and counts what came of it into `counts`. Those for which there was no time, or no
/// server, count as deferred.
pub fn deliver(
    store: &mut Store,
    origin: &Origin,
    trip: Trip<'_>,
    carrier: &mut dyn Carrier,
    counts: &mut CheckCounts,
    progress: &mut dyn FnMut(&CheckCounts, &Letter),
) -> Result<()> {
    let Trip { mut round, keys, limits } = trip;
    let deadline = Instant::now() + limits.time;
    let mut tx = store.write(origin)?;
    let mut claimed = round.claim(&mut tx, keys)?;
    tx.commit()?;
    while let Some(Claimed { letter, password }) = claimed {
        let outcome = carry(carrier, &letter, password);
        let goes_on = !carrier.is_down() && Instant::now() < deadline;
        let mut tx = store.write(origin)?;
        let letter = outbox::record(&mut tx, letter, &outcome)?;
        claimed = if goes_on { round.claim(&mut tx, keys)? } else { None };
        let left = if goes_on { 0 } else { round.left(&tx)? };
        tx.commit()?;
        match letter.state {
            LetterState::Sent => counts.sent += 1,
            LetterState::Failed => counts.failed += 1,
            LetterState::Uncertain => counts.uncertain += 1,
            _ => counts.deferred += 1,
        }
        counts.deferred += left;
        progress(counts, &letter);
    }
    Ok(())
}

impl Round {
    /// Claims the next letter.
    fn claim(&mut self, tx: &mut Tx<'_>, keys: Keys<'_>) -> Result<Option<Claimed>> {
        let letter = match self {
            Self::Due => outbox::claim(tx, 1)?.pop(),
            Self::Of(letters) => claim_first(tx, letters)?,
        };
        Ok(letter.map(|letter| Claimed { password: outbox::password_told(tx, keys, &letter), letter }))
    }

    /// How many letters are still to be sent.
    fn left(&self, tx: &Tx<'_>) -> Result<u32> {
        match self {
            Self::Due => tx.count_due(outbox::due(tx)?),
            Self::Of(letters) => Ok(u32::try_from(letters.len()).unwrap_or(u32::MAX)),
        }
    }
}

/// Claims the first of these letters that still waits: a run between their queueing and now may have sent them.
fn claim_first(tx: &mut Tx<'_>, letters: &mut Vec<i64>) -> Result<Option<Letter>> {
    while !letters.is_empty() {
        let letter = tx.letter(letters.remove(0))?;
        if letter.state == LetterState::Pending {
            return outbox::claim_one(tx, letter).map(Some);
        }
    }
    Ok(None)
}

/// Sends a letter with the password that it tells. What was said about it is kept, so the password is taken out of that.
fn carry(carrier: &mut dyn Carrier, letter: &Letter, password: Result<Option<Password>>) -> Outcome {
    match password {
        Ok(None) => carrier.carry(letter),
        Ok(Some(password)) => {
            let content = letter.content.clone().telling(&password);
            carrier.carry(&Letter { content, ..letter.clone() }).without(&password)
        }
        Err(error) => Outcome::Deferred(error.to_string()),
    }
}
