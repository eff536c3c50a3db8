//! `ssgctl mail show`.

use clap::Args;

use ssgctl::model::{Attempt, Letter};
use ssgctl::ops::outbox;

use crate::change::{ChangeArgs, WhyArgs};
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Sheet};

/// Show a letter, its text, and each attempt to send it
///
/// A letter that tells the password of an SMPP account is kept with stars in its place, which is filled in when the letter
/// leaves. --reveal fills in the password that the account has now.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail show 17
  ssgctl mail show 17 --reveal --reason 'customer on the phone'
  ssgctl mail show 17 --json | jq -r .html > letter.html")]
pub(crate) struct ShowArgs {
    /// Number of the letter
    #[arg(value_name = "LETTER")]
    letter: i64,

    /// Show the password too, if it tells one; the audit log keeps that it was shown
    #[arg(long)]
    reveal: bool,

    #[command(flatten)]
    why: WhyArgs,
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context) -> Result<()> {
    let (letter, attempts) = context.read(|snapshot| {
        let letter = snapshot.letter(args.letter)?;
        let attempts = snapshot.attempts(&letter)?;
        Ok((letter, attempts))
    })?;
    // A reveal is logged, so what could not be shown is refused before it.
    context.output.refuse_unknown_fields_of(&sheet(&letter, &attempts))?;
    let letter = if args.reveal { revealed(args, context, letter)? } else { letter };
    context.output.sheet(sheet(&letter, &attempts))
}

fn revealed(args: &ShowArgs, context: &mut Context, letter: Letter) -> Result<Letter> {
    if letter.content.password_of.is_none() {
        return Ok(letter);
    }
    let vault = context.existing_vault()?;
    let change = ChangeArgs { dry_run: false, why: args.why.clone() };
    let password = context.write_unshown(&change, |tx| outbox::reveal(tx, &vault, &letter))?;
    Ok(match password {
        Some(password) => Letter { content: letter.content.telling(&password), ..letter },
        None => letter,
    })
}

fn sheet(letter: &Letter, attempts: &[Attempt]) -> Sheet {
    let mut sheet = Sheet::new(letter.id, format!("{} {}", letter.id, letter.content.subject));
    let head = ["id", "kind", "customer", "sender", "reply_to", "recipient", "subject", "tells_password", "message_id"];
    sheet.fields("Letter", letter, &head);
    sheet.fields(
        "Delivery",
        letter,
        &["state", "attempts", "next_attempt_at", "last_error", "created_at", "updated_at"],
    );
    sheet.rows("Attempts", "attempts_made", attempts, &[]);
    sheet.fields("Text", letter, &[]);
    sheet.field("text", Cell::Lines(letter.content.text.lines().map(Into::into).collect()));
    sheet.data("html", Cell::text(&letter.content.html));
    sheet
}
