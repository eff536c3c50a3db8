//! Emails on their way: whoever queues emails sends them here, and hears in the same words what became of them.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::thread;
use std::time::{Duration, Instant};

use ssgctl::Error;
use ssgctl::error::count as counted;
use ssgctl::mail::{MailTransport, Round, Trip, deliver};
use ssgctl::model::{CheckCounts, EmailState, OutboxEmail};

use crate::args::change::ReasonArgs;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// How long a new email waits for others to be sent. They are sent by somebody who will find it too.
const PATIENCE: Duration = Duration::from_secs(5);

/// Takes the lock of whoever sends emails from this database; nothing if another has it. The kernel frees it with its
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

/// Sends the emails of a round. Only for whoever has the lock.
pub(crate) fn send(
    context: &mut Context,
    why: &ReasonArgs,
    round: Round,
    transport: &mut dyn MailTransport,
    counts: &mut CheckCounts,
    told: &mut dyn FnMut(&OutboxEmail),
) -> Result<()> {
    let (origin, keys) = (context.origin(why)?, context.keys());
    let trip = Trip { round, keys: &keys, limits: context.settings.mail.limits() };
    let shows_progress = std::io::stderr().is_terminal() && !context.quiet;
    let mut progress = |counts: &CheckCounts, email: &OutboxEmail| {
        told(email);
        if shows_progress {
            // A terminal that cannot be written to has nobody looking at it.
            let _ =
                write!(std::io::stderr(), "\r{} emails sent, {} not ", counts.sent, counts.deferred + counts.failed);
        }
    };
    let delivered = deliver(context.store()?, &origin, trip, transport, counts, &mut progress);
    if shows_progress {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
    Ok(delivered?)
}

/// What became of emails that were sent at once: how they stand now, and a failure to be told after them unless all were sent.
pub(crate) struct SentEmails {
    pub(crate) emails: Vec<OutboxEmail>,
    pub(crate) verdict: Result<()>,
}

/// Sends emails that were just queued and saved. What cannot be sent now waits for `balance check`.
pub(crate) fn send_new(
    context: &mut Context,
    why: &ReasonArgs,
    emails: Vec<OutboxEmail>,
    transport: &mut dyn MailTransport,
) -> Result<SentEmails> {
    let verdict = send_now(context, why, &emails, transport);
    let emails = context.read(|snapshot| emails.iter().map(|email| snapshot.email(email.id)).collect())?;
    Ok(SentEmails { emails, verdict })
}

fn send_now(
    context: &mut Context,
    why: &ReasonArgs,
    emails: &[OutboxEmail],
    transport: &mut dyn MailTransport,
) -> Result<()> {
    let Some(_lock) = lock_soon(context)? else {
        let message = format!("{} for a later run: another run is sending", waits(emails.len()));
        return Err(Failure::new(ErrorCode::MailDeferred, message));
    };
    let (mut counts, mut worst) = (CheckCounts::default(), None);
    let round = Round::Of(emails.iter().map(|email| email.id).collect());
    send(context, why, round, transport, &mut counts, &mut |email| worst = worse(worst.take(), email))?;
    verdict(counts, worst.as_ref())
}

fn waits(emails: usize) -> String {
    if emails == 1 { "1 email waits".to_owned() } else { format!("{emails} emails wait") }
}

/// The email that is in more trouble, the newer one when both are in the same.
pub(crate) fn worse(known: Option<OutboxEmail>, email: &OutboxEmail) -> Option<OutboxEmail> {
    let trouble = |email: &OutboxEmail| match email.state {
        EmailState::Failed => 3,
        EmailState::Uncertain => 2,
        EmailState::Pending => 1,
        _ => 0,
    };
    match known {
        Some(known) if trouble(&known) > trouble(email) => Some(known),
        known => {
            if trouble(email) > 0 {
                Some(email.clone())
            } else {
                known
            }
        }
    }
}

/// An email that a person must look at.
pub(crate) fn attention(message: String) -> Failure {
    Failure::new(ErrorCode::MailAttention, message)
}

/// What became of emails: what a person must look at before what a later run will do by itself.
fn verdict(counts: CheckCounts, worst: Option<&OutboxEmail>) -> Result<()> {
    failed(counts, worst)?;
    deferred(counts, worst)
}

/// Fails when emails failed for good, or when nobody knows whether they arrived.
pub(crate) fn failed(counts: CheckCounts, worst: Option<&OutboxEmail>) -> Result<()> {
    let CheckCounts { failed, uncertain, .. } = counts;
    if failed + uncertain == 0 {
        return Ok(());
    }
    let message = format!("{} failed, {uncertain} are uncertain{}", counted(failed.into(), "email"), last(worst));
    Err(attention(message).hint("`ssgctl mail list` shows them"))
}

/// Fails when emails wait for a later run.
pub(crate) fn deferred(counts: CheckCounts, worst: Option<&OutboxEmail>) -> Result<()> {
    if counts.deferred == 0 {
        return Ok(());
    }
    let emails = counted(counts.deferred.into(), "email");
    let message = format!("{emails} could not be sent, to be tried by a later run{}", last(worst));
    Err(Failure::new(ErrorCode::MailDeferred, message))
}

fn last(worst: Option<&OutboxEmail>) -> String {
    worst.and_then(|email| email.last_error.as_ref()).map(|error| format!("; last: {error}")).unwrap_or_default()
}
