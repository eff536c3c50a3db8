//! Emails about SMPP accounts: what they need from the configuration, and sending them after an account was changed.

use std::mem;

use ssgctl::mail::AccountEmails;
use ssgctl::model::{EmailTemplate, OutboxEmail, SmppAccount};
use ssgctl::store::Tx;

use crate::args::change::ChangeArgs;
use crate::commands::mail::outcome;
use crate::context::Context;
use crate::exit::Result;
use crate::output::Row;

/// The gateway, templates and transport for emails about accounts.
///
/// # Errors
/// A configuration error if emails cannot be rendered or sent, so that it is found before anything is changed.
pub(crate) fn account_emails(context: &Context) -> Result<AccountEmails> {
    let renderer = context.settings.mail.renderer()?;
    renderer.can_sign(EmailTemplate::Welcome)?;
    let transport = context.settings.mail.transport()?.transport()?;
    Ok(AccountEmails { gateway: context.gateway_for_customers()?, renderer, transport })
}

/// Queues the handover email of an account, including its password, in the transaction that changes the account.
pub(super) fn queue_handover(
    emails: Option<&AccountEmails>,
    tx: &mut Tx<'_>,
    account: &SmppAccount,
) -> Result<Vec<OutboxEmail>> {
    let Some(emails) = emails else { return Ok(Vec::new()) };
    Ok(emails.queue(tx, EmailTemplate::Handover, account.system_id.as_str(), None, true)?.1)
}

/// Sends the emails that a change has queued, and prints its receipt with their new states.
///
/// The receipt is printed even if sending fails: the change is saved, and a generated password is shown only here.
pub(super) fn send_and_print<R: Row>(
    context: &mut Context,
    change: &ChangeArgs,
    emails: Option<AccountEmails>,
    mut receipt: R,
    queued: impl Fn(&mut R) -> &mut Vec<OutboxEmail>,
) -> Result<()> {
    let Some(emails) = emails.filter(|_| !change.dry_run) else { return context.output.row(&receipt) };
    let to_send = mem::take(queued(&mut receipt));
    let sent = outcome::send_new(context, &change.audit, emails, to_send)?;
    *queued(&mut receipt) = sent.emails;
    context.output.row(&receipt)?;
    sent.verdict
}
