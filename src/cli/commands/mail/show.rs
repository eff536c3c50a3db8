//! `ssgctl mail show`: one email of the outbox.

use clap::Args;
use clap_complete::ArgValueCompleter;

use ssgctl::model::{OutboxEmail, SendAttempt};
use ssgctl::ops::outbox;

use crate::args::change::{AuditArgs, ChangeArgs};
use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, DetailView};

/// Show an email, its text, and each attempt to send it
///
/// The outbox never contains the password of an SMPP account: the email is stored with stars instead, and the password
/// is filled in while it is sent. --reveal fills in the current password.
///
/// CSV has one line for each attempt, with the email in each, and one line if there was no attempt.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail show 17
  ssgctl mail show 17 --reveal --reason 'customer on the phone'
  ssgctl mail show 17 --json | jq -r .html > email.html")]
pub(crate) struct ShowArgs {
    /// Email number, as shown by `mail list`
    #[arg(value_name = "ID", add = ArgValueCompleter::new(completion::records::emails))]
    email: i64,

    /// Show the password, if the email contains one; recorded in the audit log
    #[arg(long)]
    reveal: bool,

    #[command(flatten)]
    why: AuditArgs,
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context) -> Result<()> {
    let (email, attempts) = context.read(|snapshot| {
        let email = snapshot.email(args.email)?;
        let attempts = snapshot.attempts(&email)?;
        Ok((email, attempts))
    })?;
    // Check --fields first: a reveal that then fails would still be in the audit log.
    context.output.check_fields_of(&view(&email, &attempts))?;
    let email = if args.reveal { with_password(args, context, email)? } else { email };
    context.output.view(view(&email, &attempts))
}

/// Fills in the password of an email that has one, and records that in the audit log.
fn with_password(args: &ShowArgs, context: &mut Context, email: OutboxEmail) -> Result<OutboxEmail> {
    if email.content.password_of.is_none() {
        return Ok(email);
    }
    let vault = context.existing_vault()?;
    let change = ChangeArgs { dry_run: false, audit: args.why.clone() };
    let password = context.transact(&change, |tx| outbox::reveal(tx, &vault, &email))?;
    Ok(match password {
        Some(password) => OutboxEmail { content: email.content.with_password(&password), ..email },
        None => email,
    })
}

fn view(email: &OutboxEmail, attempts: &[SendAttempt]) -> DetailView {
    let mut view = DetailView::new(email.id, format!("{} {}", email.id, email.content.subject));
    let head =
        ["id", "template", "customer", "sender", "reply_to", "recipient", "subject", "contains_password", "message_id"];
    view.fields("Email", email, &head);
    view.fields("Delivery", email, &["state", "attempts", "next_attempt_at", "last_error", "created_at", "updated_at"]);
    view.rows("Attempts", "attempts_made", attempts, &[]);
    view.fields("Text", email, &[]);
    view.field("text", Cell::Lines(email.content.text.lines().map(Into::into).collect()));
    view.data("html", Cell::text(&email.content.html));
    view
}
