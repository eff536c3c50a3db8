//! The courier: takes what is due out of the outbox, sends it, and writes down what came of it.
//!
//! A letter is claimed in a committed transaction before anything is sent, sent outside any transaction, and its outcome
//! committed at once. Killed in between, it is known to be uncertain.

use std::time::{Duration, Instant};

use crate::error::Result;
use crate::mail::Carrier;
use crate::model::{CheckCounts, LetterState, Origin};
use crate::ops::outbox;
use crate::store::Store;

/// How many letters are claimed together: a run that dies leaves no more than these uncertain.
const BATCH: u64 = 20;

/// What a delivery may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long it may go on beginning to send letters.
    pub time: Duration,
}

/// Delivers every letter that is due, and counts what came of it into `counts`.
pub fn deliver(
    store: &mut Store,
    origin: &Origin,
    carrier: &mut dyn Carrier,
    limits: Limits,
    counts: &mut CheckCounts,
    progress: &mut dyn FnMut(&CheckCounts),
) -> Result<()> {
    let deadline = Instant::now() + limits.time;
    loop {
        let mut tx = store.write(origin)?;
        let mut claimed = outbox::claim(&mut tx, BATCH)?.into_iter();
        tx.commit()?;
        if claimed.len() == 0 {
            return Ok(());
        }
        while let Some(letter) = claimed.next() {
            let outcome = carrier.carry(&letter);
            let mut tx = store.write(origin)?;
            let letter = outbox::record(&mut tx, letter, &outcome)?;
            tx.commit()?;
            match letter.state {
                LetterState::Sent => counts.sent += 1,
                LetterState::Failed => counts.failed += 1,
                LetterState::Uncertain => counts.uncertain += 1,
                _ => counts.deferred += 1,
            }
            progress(counts);
            if carrier.is_down() || Instant::now() >= deadline {
                let left = claimed.collect();
                let mut tx = store.write(origin)?;
                outbox::unclaim(&mut tx, left)?;
                return tx.commit();
            }
        }
    }
}
