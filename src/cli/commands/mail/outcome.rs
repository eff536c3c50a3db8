//! Runs a dispatch for the commands that send email, and turns its outcome into messages and exit codes.

use std::io::{IsTerminal, Write};

use ssgctl::error::count as counted;
use ssgctl::mail::{AccountEmails, DispatchEvent, DispatchOutcome, Dispatcher, MailTransport};
use ssgctl::model::{CheckCounts, Crossing, OutboxEmail};
use ssgctl::ops::warning::CheckFindings;

use crate::args::change::AuditArgs;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// Runs `act` with a dispatcher built from the settings, and shows progress on a terminal.
pub(crate) fn dispatch<T>(
    context: &mut Context,
    why: &AuditArgs,
    act: impl FnOnce(&mut Dispatcher<'_>) -> Result<T>,
) -> Result<T> {
    let (origin, keys, run_time) = (context.origin(why)?, context.vault_opener(), context.settings.mail.run_time());
    let mut progress = ProgressLine { wanted: std::io::stderr().is_terminal() && !context.quiet, shown: false };
    let mut watch = |event: DispatchEvent<'_>| match event {
        DispatchEvent::Checked(findings) => warn_of_missing_recipients(findings),
        DispatchEvent::Recorded(counts) => progress.show(counts),
    };
    let store = context.store()?;
    let mut dispatcher =
        Dispatcher { store, origin: &origin, keys: &keys, run_time, watch: &mut watch, committed: false };
    let result = act(&mut dispatcher);
    let committed = dispatcher.committed;
    context.committed |= committed;
    progress.clear();
    result
}

/// The progress of a dispatch, on one line of the terminal that is overwritten.
struct ProgressLine {
    wanted: bool,
    shown: bool,
}

impl ProgressLine {
    fn show(&mut self, counts: &CheckCounts) {
        if self.wanted {
            self.shown = true;
            // Progress is a convenience: if stderr cannot be written to, sending goes on.
            let _ = write!(
                std::io::stderr(),
                "\r{} emails sent, {} not sent ",
                counts.sent,
                counts.deferred + counts.failed
            );
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
        let threshold = to.for_reading();
        Context::warn(&format!(
            "{customer} is at or below its {threshold} threshold in {unit}, but has no email address for warnings"
        ));
    }
}

/// Emails after an attempt to send them, and the failure to return after they are printed.
pub(crate) struct SentEmails {
    pub(crate) emails: Vec<OutboxEmail>,
    pub(crate) verdict: Result<()>,
}

/// Sends emails about an account that were just queued and committed. What cannot be sent now waits for `balance
/// check`.
pub(crate) fn send_new(
    context: &mut Context,
    why: &AuditArgs,
    mut account_emails: AccountEmails,
    emails: Vec<OutboxEmail>,
) -> Result<SentEmails> {
    send_queued(context, why, account_emails.transport.as_mut(), emails)
}

/// Sends emails that were just queued and committed.
pub(crate) fn send_queued(
    context: &mut Context,
    why: &AuditArgs,
    transport: &mut dyn MailTransport,
    emails: Vec<OutboxEmail>,
) -> Result<SentEmails> {
    if emails.is_empty() {
        return Ok(SentEmails { emails, verdict: Ok(()) });
    }
    let sent = dispatch(context, why, |dispatcher| Ok(dispatcher.send_new(&emails, transport)?));
    let verdict = sent.and_then(|outcome| match outcome {
        Some(outcome) => failed(&outcome).and_then(|()| deferred(&outcome)),
        None => Err(another_run_is_sending(emails.len())),
    });
    let emails = context.read(|snapshot| emails.iter().map(|email| snapshot.email(email.id)).collect())?;
    Ok(SentEmails { emails, verdict })
}

fn another_run_is_sending(emails: usize) -> Failure {
    let waiting = if emails == 1 { "1 email waits".to_owned() } else { format!("{emails} emails wait") };
    let message = format!("{waiting} for a later run: another run is sending");
    Failure::new(ErrorCode::MailDeferred, message)
}

/// A failure that needs a person (exit 12).
pub(crate) fn attention(message: String) -> Failure {
    Failure::new(ErrorCode::MailAttention, message)
}

/// Fails if emails failed for good or may not have arrived.
pub(crate) fn failed(outcome: &DispatchOutcome) -> Result<()> {
    let CheckCounts { failed, uncertain, .. } = outcome.counts;
    if failed + uncertain == 0 {
        return Ok(());
    }
    let message = format!("{} failed, {uncertain} uncertain{}", counted(failed.into(), "email"), last_error(outcome));
    Err(attention(message).hint("run `ssgctl mail list` to see them"))
}

/// Fails if emails wait for a later run.
pub(crate) fn deferred(outcome: &DispatchOutcome) -> Result<()> {
    if outcome.counts.deferred == 0 {
        return Ok(());
    }
    let emails = counted(outcome.counts.deferred.into(), "email");
    let message = format!("{emails} could not be sent; a later run will try again{}", last_error(outcome));
    Err(Failure::new(ErrorCode::MailDeferred, message))
}

fn last_error(outcome: &DispatchOutcome) -> String {
    let error = outcome.worst.as_ref().and_then(|email| email.last_error.as_ref());
    error.map(|error| format!("; last error: {error}")).unwrap_or_default()
}
