//! `ssgctl mail show`.

use clap::Args;

use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Sheet};

/// Show a letter, its text, and each attempt to send it
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail show 17
  ssgctl mail show 17 --json | jq -r .html > letter.html")]
pub(crate) struct ShowArgs {
    /// Number of the letter
    #[arg(value_name = "LETTER")]
    letter: i64,
}

pub(crate) fn run(args: &ShowArgs, context: &mut Context) -> Result<()> {
    let (letter, attempts) = context.read(|snapshot| {
        let letter = snapshot.letter(args.letter)?;
        let attempts = snapshot.attempts(&letter)?;
        Ok((letter, attempts))
    })?;
    let mut sheet = Sheet::new(letter.id, format!("{} {}", letter.id, letter.content.subject));
    let head = ["id", "kind", "customer", "sender", "reply_to", "recipient", "subject", "message_id"];
    sheet.fields("Letter", &letter, &head);
    sheet.fields(
        "Delivery",
        &letter,
        &["state", "attempts", "next_attempt_at", "last_error", "created_at", "updated_at"],
    );
    sheet.rows("Attempts", "attempts_made", &attempts, &[]);
    sheet.fields("Text", &letter, &[]);
    sheet.field("text", Cell::Lines(letter.content.text.lines().map(Into::into).collect()));
    sheet.data("html", Cell::text(&letter.content.html));
    context.output.sheet(sheet)
}
