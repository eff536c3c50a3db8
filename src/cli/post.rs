//! Letters on their way: whoever queues letters sends them here, and hears in the same words what became of them.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::thread;
use std::time::{Duration, Instant};

use ssgctl::Error;
use ssgctl::error::count as counted;
use ssgctl::mail::{Carrier, Round, Trip, deliver};
use ssgctl::model::{CheckCounts, Letter, LetterState};

use crate::change::WhyArgs;
use crate::context::Context;
use crate::exit::{Exit, Failure, Result};

/// How long a new letter waits for others to be sent. They are sent by somebody who will find it too.
const PATIENCE: Duration = Duration::from_secs(5);

/// Takes the lock of whoever sends letters from this database; nothing if another has it. The kernel frees it with its
/// process.
pub(crate) fn lock(context: &mut Context) -> Result<Option<File>> {
    let mut name = context.store()?.path().as_os_str().to_owned();
    name.push(".check");
    let failed = |error: std::io::Error| Failure::from(Error::io(format_args!("lock {}", name.display()), &error));
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&name).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Takes the lock as soon as whoever has it is done, if that is soon.
fn lock_soon(context: &mut Context) -> Result<Option<File>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match lock(context)? {
            None if Instant::now() < deadline => thread::sleep(Duration::from_millis(50)),
            lock => return Ok(lock),
        }
    }
}

/// Sends the letters of a round. Only for whoever has the lock.
pub(crate) fn send(
    context: &mut Context,
    why: &WhyArgs,
    round: Round,
    carrier: &mut dyn Carrier,
    counts: &mut CheckCounts,
    told: &mut dyn FnMut(&Letter),
) -> Result<()> {
    let (origin, keys) = (context.origin(why)?, context.keys());
    let trip = Trip { round, keys: &keys, limits: context.settings.mail.limits() };
    let shows_progress = std::io::stderr().is_terminal() && !context.quiet;
    let mut progress = |counts: &CheckCounts, letter: &Letter| {
        told(letter);
        if shows_progress {
            // A terminal that cannot be written to has nobody looking at it.
            let _ =
                write!(std::io::stderr(), "\r{} letters sent, {} not ", counts.sent, counts.deferred + counts.failed);
        }
    };
    let delivered = deliver(context.store()?, &origin, trip, carrier, counts, &mut progress);
    if shows_progress {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
    Ok(delivered?)
}

/// What became of letters that were sent at once: how they stand now, and a failure to be told after them unless all were sent.
pub(crate) struct Posted {
    pub(crate) letters: Vec<Letter>,
    pub(crate) verdict: Result<()>,
}

/// Sends letters that were just queued and saved. What cannot be sent now waits for `balance check`.
pub(crate) fn send_new(
    context: &mut Context,
    why: &WhyArgs,
    letters: Vec<Letter>,
    carrier: &mut dyn Carrier,
) -> Result<Posted> {
    let verdict = send_now(context, why, &letters, carrier);
    let letters = context.read(|snapshot| letters.iter().map(|letter| snapshot.letter(letter.id)).collect())?;
    Ok(Posted { letters, verdict })
}

fn send_now(context: &mut Context, why: &WhyArgs, letters: &[Letter], carrier: &mut dyn Carrier) -> Result<()> {
    let Some(_lock) = lock_soon(context)? else {
        let message = format!("{} for a later run: another run is sending", waits(letters.len()));
        return Err(Failure::new(Exit::MailDeferred, "mail_deferred", message));
    };
    let (mut counts, mut worst) = (CheckCounts::default(), None);
    let round = Round::Of(letters.iter().map(|letter| letter.id).collect());
    send(context, why, round, carrier, &mut counts, &mut |letter| worst = worse(worst.take(), letter))?;
    verdict(counts, worst.as_ref())
}

fn waits(letters: usize) -> String {
    if letters == 1 { "1 letter waits".to_owned() } else { format!("{letters} letters wait") }
}

/// The letter that is in more trouble, the newer one when both are in the same.
pub(crate) fn worse(known: Option<Letter>, letter: &Letter) -> Option<Letter> {
    let trouble = |letter: &Letter| match letter.state {
        LetterState::Failed => 3,
        LetterState::Uncertain => 2,
        LetterState::Pending => 1,
        _ => 0,
    };
    match known {
        Some(known) if trouble(&known) > trouble(letter) => Some(known),
        known => {
            if trouble(letter) > 0 {
                Some(letter.clone())
            } else {
                known
            }
        }
    }
}

/// A letter that a person must look at.
pub(crate) fn attention(message: String) -> Failure {
    Failure::new(Exit::MailAttention, "mail_attention", message)
}

/// What became of letters: what a person must look at before what a later run will do by itself.
fn verdict(counts: CheckCounts, worst: Option<&Letter>) -> Result<()> {
    failed(counts, worst)?;
    deferred(counts, worst)
}

/// Fails when letters failed for good, or when nobody knows whether they arrived.
pub(crate) fn failed(counts: CheckCounts, worst: Option<&Letter>) -> Result<()> {
    let CheckCounts { failed, uncertain, .. } = counts;
    if failed + uncertain == 0 {
        return Ok(());
    }
    let message = format!("{} failed, {uncertain} are uncertain{}", counted(failed.into(), "letter"), last(worst));
    Err(attention(message).hint("`ssgctl mail list` shows them"))
}

/// Fails when letters wait for a later run.
pub(crate) fn deferred(counts: CheckCounts, worst: Option<&Letter>) -> Result<()> {
    if counts.deferred == 0 {
        return Ok(());
    }
    let letters = counted(counts.deferred.into(), "letter");
    let message = format!("{letters} could not be sent, to be tried by a later run{}", last(worst));
    Err(Failure::new(Exit::MailDeferred, "mail_deferred", message))
}

fn last(worst: Option<&Letter>) -> String {
    worst.and_then(|letter| letter.last_error.as_ref()).map(|error| format!("; last: {error}")).unwrap_or_default()
}
