//! Runs a dispatch from the command line, and words its outcome: messages, exit codes, and the progress line.

use std::io::{IsTerminal, Write};

use ssgctl::error::count as counted;
use ssgctl::mail::{AccountEmails, DispatchEvent, DispatchOutcome, Dispatcher};
use ssgctl::model::{CheckCounts, Crossing, OutboxEmail};
use ssgctl::ops::warning::CheckFindings;

use crate::args::change::ReasonArgs;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// Runs a dispatch with the settings of the command line.
pub(crate) fn dispatch<T>(
    context: &mut Context,
    why: &ReasonArgs,
    act: impl FnOnce(&mut Dispatcher<'_>) -> Result<T>,
) -> Result<T> {
    let (origin, keys, run_time) = (context.origin(why)?, context.keys(), context.settings.mail.run_time());
    let mut progress = ProgressLine { wanted: std::io::stderr().is_terminal() && !context.quiet, shown: false };
    let mut watch = |event: DispatchEvent<'_>| match event {
        DispatchEvent::Checked(findings) => warn_of_missing_recipients(findings),
        DispatchEvent::Recorded(counts) => progress.show(counts),
    };
    let store = context.store()?;
    let mut dispatcher =
        Dispatcher { store, origin: &origin, keys: &keys, run_time, watch: &mut watch, committed: false };
    let done = act(&mut dispatcher);
    let committed = dispatcher.committed;
    context.committed |= committed;
    progress.clear();
    done
}

/// How far a dispatch has come, on a terminal.
struct ProgressLine {
    wanted: bool,
    shown: bool,
}

impl ProgressLine {
    fn show(&mut self, counts: &CheckCounts) {
        if self.wanted {
            self.shown = true;
            // A terminal that cannot be written to has nobody looking at it.
            let _ =
                write!(std::io::stderr(), "\r{} emails sent, {} not ", counts.sent, counts.deferred + counts.failed);
        }
    }

    fn clear(&self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn warn_of_missing_recipients(findings: &CheckFindings) {
    for judged in findings.alerts.iter().filter(|judged| judged.no_recipient) {
        let Crossing { customer, unit, to, .. } = &judged.crossing;
        Context::warn(&format!("{customer} is at its {to} threshold in {unit}, and has no address to be told at"));
    }
}

/// Emails about an account after they were sent at once: as they are now, and the failure to end with after they were shown.
pub(crate) struct SentEmails {
    pub(crate) emails: Vec<OutboxEmail>,
    pub(crate) verdict: Result<()>,
}

/// Sends emails about an account that were just queued and saved. What cannot be sent now waits for `balance check`.
pub(crate) fn send_new(
    context: &mut Context,
    why: &ReasonArgs,
    mut account_emails: AccountEmails,
    emails: Vec<OutboxEmail>,
) -> Result<SentEmails> {
    let sent = dispatch(context, why, |dispatcher| Ok(account_emails.send(dispatcher, &emails)?));
    let verdict = sent.and_then(|outcome| match outcome {
        Some(outcome) => failed(&outcome).and_then(|()| deferred(&outcome)),
        None => Err(others_are_sending(emails.len())),
    });
    let emails = context.read(|snapshot| emails.iter().map(|email| snapshot.email(email.id)).collect())?;
    Ok(SentEmails { emails, verdict })
}

fn others_are_sending(emails: usize) -> Failure {
    let waiting = if emails == 1 { "1 email waits".to_owned() } else { format!("{emails} emails wait") };
    let message = format!("{waiting} for a later run: another run is sending");
    Failure::new(ErrorCode::MailDeferred, message)
}

/// An email that a person must look at.
pub(crate) fn attention(message: String) -> Failure {
    Failure::new(ErrorCode::MailAttention, message)
}

/// Fails when emails failed for good, or when nobody knows whether they arrived.
pub(crate) fn failed(outcome: &DispatchOutcome) -> Result<()> {
    let CheckCounts { failed, uncertain, .. } = outcome.counts;
    if failed + uncertain == 0 {
        return Ok(());
    }
    let message =
        format!("{} failed, {uncertain} are uncertain{}", counted(failed.into(), "email"), last_error(outcome));
    Err(attention(message).hint("`ssgctl mail list` shows them"))
}

/// Fails when emails wait for a later run.
pub(crate) fn deferred(outcome: &DispatchOutcome) -> Result<()> {
    if outcome.counts.deferred == 0 {
        return Ok(());
    }
    let emails = counted(outcome.counts.deferred.into(), "email");
    let message = format!("{emails} could not be sent, to be tried by a later run{}", last_error(outcome));
    Err(Failure::new(ErrorCode::MailDeferred, message))
}

fn last_error(outcome: &DispatchOutcome) -> String {
    let error = outcome.worst.as_ref().and_then(|email| email.last_error.as_ref());
    error.map(|error| format!("; last: {error}")).unwrap_or_default()
}
