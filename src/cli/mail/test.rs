//! `ssgctl mail test`.

use clap::Args;
use ssgctl::Error;
use ssgctl::model::{EmailAddress, Letter, LetterState};
use ssgctl::ops::outbox;

use crate::change::{ChangeArgs, WhyArgs};
use crate::context::Context;
use crate::exit::{Exit, Failure, Result};
use crate::output::Shown;
use crate::post;

/// Send a test letter now
///
/// It goes the way that every letter goes. If it cannot be sent it is not kept for later.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail test me@example.com")]
pub(crate) struct TestArgs {
    /// Where to send it
    #[arg(value_name = "ADDRESS")]
    address: EmailAddress,

    #[command(flatten)]
    why: WhyArgs,
}

pub(crate) fn run(args: &TestArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&Letter::keys())?;
    let change = ChangeArgs { dry_run: false, why: args.why.clone() };
    let test = context.settings.mail.writer()?.compose_test()?;
    let mut carrier = context.settings.mail.transport()?.carrier()?;
    // A check takes letters that are being sent for those of a run that died; it has to wait for this one.
    let Some(_lock) = post::lock(context)? else {
        let busy = Failure::new(Exit::Busy, "busy", "`balance check` is running and sends letters");
        return Err(busy.hint("nothing was sent; try again when it has ended"));
    };
    let letter = context.write_unshown(&change, |tx| {
        let letter = outbox::queue(tx, None, None, &args.address, &test)?;
        outbox::claim_one(tx, letter)
    })?;
    let outcome = carrier.carry(&letter);
    let letter = context.write_unshown(&change, |tx| {
        let letter = outbox::record(tx, letter, &outcome)?;
        match letter.state {
            LetterState::Pending | LetterState::Uncertain => outbox::cancel(tx, letter.id),
            _ => Ok::<_, Error>(letter),
        }
    })?;
    context.output.row(&letter)?;
    if letter.state == LetterState::Sent {
        return Ok(());
    }
    let why = letter.last_error.unwrap_or_default();
    Err(Failure::new(Exit::MailAttention, "mail_attention", format!("the test letter was not sent: {why}")))
}
