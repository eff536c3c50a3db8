//! `ssgctl mail show`: one email of the outbox.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::error::quoted;
use ssgctl::model::{OutboxEmail, SendAttempt, StoredAttachment};
use ssgctl::ops::outbox;

use crate::args::change::{AuditArgs, ChangeArgs};
use crate::args::completion;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{Cell, DetailView};

/// Show an email, its text, its attachments, and each attempt to send it
///
/// The outbox never contains the password of an SMPP account: the email is stored with stars instead, and the password
/// is filled in while it is sent. --reveal fills in the current password.
///
/// --attachment writes an attachment instead, byte for byte as it is sent.
///
/// CSV has one line for each attempt, with the email in each, and one line if there was no attempt; it omits the attachments.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail show 17
  ssgctl mail show 17 --attachment 1 --file INV-2026-0007.pdf
  ssgctl mail show 17 --reveal --reason 'customer on the phone'
  ssgctl mail show 17 --json | jq -r .html > email.html")]
pub(crate) struct ShowArgs {
    /// Email number, as shown by `mail list`
    #[arg(value_name = "ID", add = ArgValueCompleter::new(completion::records::emails))]
    email: i64,

    /// Show the password, if the email contains one; recorded in the audit log
    #[arg(long)]
    reveal: bool,

    /// Write the attachment of this number to stdout
    #[arg(long, value_name = "NUMBER", conflicts_with = "reveal")]
    attachment: Option<i64>,

    /// Write it to this new file instead
    #[arg(long, value_name = "FILE", requires = "attachment")]
    file: Option<PathBuf>,

    /// Replace an existing file
    #[arg(short, long, requires = "file")]
    force: bool,

    #[command(flatten)]
    why: AuditArgs,
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context) -> Result<()> {
    if let Some(position) = args.attachment {
        return write_attachment(args, position, context);
    }
    let (email, attempts, attachments) = context.read(|snapshot| {
        let email = snapshot.email(args.email)?;
        let attempts = snapshot.attempts(&email)?;
        let attachments = snapshot.attachments(email.id)?;
        Ok((email, attempts, attachments))
    })?;
    // Check --fields first: a reveal that then fails would still be in the audit log.
    context.output.check_fields_of(&view(&email, &attempts, &attachments))?;
    let email = if args.reveal { with_password(args, context, email)? } else { email };
    context.output.view(view(&email, &attempts, &attachments))
}

/// Writes the bytes of an attachment.
#[expect(clippy::disallowed_methods, reason = "asks whether stdout is a terminal and writes nothing")]
fn write_attachment(args: &ShowArgs, position: i64, context: &mut Context) -> Result<()> {
    let file = args.file.as_deref().filter(|file| *file != Path::new("-"));
    if file.is_none() && std::io::stdout().is_terminal() {
        return Err(Failure::usage("an attachment is not text for a terminal").hint("add --file <FILE>"));
    }
    let name = context.document(file, args.force, |snapshot, out| {
        let attached = snapshot.attached_file(snapshot.email(args.email)?.id, position)?;
        out.pieces().write_all(&attached.bytes).map_err(Failure::output)?;
        Ok(attached.file_name)
    })?;
    if let Some(file) = file {
        context.note(&format!("{name} in {}", quoted(file.display())));
    }
    Ok(())
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

fn view(email: &OutboxEmail, attempts: &[SendAttempt], attachments: &[StoredAttachment]) -> DetailView {
    let mut view = DetailView::new(email.id, format!("{} {}", email.id, email.content.subject));
    let head =
        ["id", "template", "customer", "sender", "reply_to", "recipient", "subject", "contains_password", "message_id"];
    view.fields("Email", email, &head);
    view.fields("Delivery", email, &["state", "attempts", "next_attempt_at", "last_error", "created_at", "updated_at"]);
    view.rows("Attempts", "attempts_made", attempts, &[]);
    view.rows_not_in_csv("Attachments", "attachments", attachments, &[]);
    view.fields("Text", email, &[]);
    view.field("text", Cell::Lines(email.content.text.lines().map(Into::into).collect()));
    view.data("html", Cell::text(&email.content.html));
    view
}
