//! The courier: takes what is due out of the outbox, sends it, and writes down what came of it.
//!
//! A letter is claimed in a committed transaction before anything is sent, sent outside any transaction, and its outcome
//! committed at once, together with the claim of the next. A run that is killed leaves one letter uncertain, and no other.

use std::time::{Duration, Instant};

use crate::error::Result;
use crate::mail::Carrier;
use crate::model::{CheckCounts, Letter, LetterState, Origin};
use crate::ops::outbox;
use crate::store::Store;

/// What a delivery may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long it may go on beginning to send letters.
    pub time: Duration,
}

/// Delivers every letter that is due, and counts what came of it into `counts`. Those for which there was no time, or no
/// server, count as deferred.
pub fn deliver(
    store: &mut Store,
    origin: &Origin,
    carrier: &mut dyn Carrier,
    limits: Limits,
    counts: &mut CheckCounts,
    progress: &mut dyn FnMut(&CheckCounts, &Letter),
) -> Result<()> {
    let deadline = Instant::now() + limits.time;
    let mut tx = store.write(origin)?;
    let mut claimed = outbox::claim(&mut tx, 1)?.pop();
    tx.commit()?;
    while let Some(letter) = claimed {
        let outcome = carrier.carry(&letter);
        let goes_on = !carrier.is_down() && Instant::now() < deadline;
        let mut tx = store.write(origin)?;
        let letter = outbox::record(&mut tx, letter, &outcome)?;
        claimed = if goes_on { outbox::claim(&mut tx, 1)?.pop() } else { None };
        let left = if goes_on { 0 } else { tx.count_due(outbox::due(&tx)?)? };
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
