//! `ssgctl mail test`.

use clap::Args;
use ssgctl::Error;
use ssgctl::model::{EmailAddress, EmailState, OutboxEmail};
use ssgctl::ops::outbox;

use crate::args::change::{ChangeArgs, ReasonArgs};
use crate::commands::mail::post;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::Shown;

/// Send a test email now
///
/// It goes the way that every email goes. If it cannot be sent it is not kept for later.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail test me@example.com")]
pub(crate) struct TestArgs {
    /// Where to send it
    #[arg(value_name = "ADDRESS")]
    address: EmailAddress,

    #[command(flatten)]
    why: ReasonArgs,
}

pub(crate) fn run(args: &TestArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&OutboxEmail::keys())?;
    let change = ChangeArgs { dry_run: false, why: args.why.clone() };
    let test = context.settings.mail.renderer()?.compose_test()?;
    let mut transport = context.settings.mail.transport()?.transport()?;
    // A check takes emails that are being sent for those of a run that died; it has to wait for this one.
    let Some(_lock) = post::lock(context)? else {
        let busy = Failure::new(ErrorCode::Busy, "`balance check` is running and sends emails");
        return Err(busy.hint("nothing was sent; try again when it has ended"));
    };
    let email = context.write_unshown(&change, |tx| {
        let email = outbox::queue(tx, None, None, &args.address, &test)?;
        outbox::claim_one(tx, email)
    })?;
    let outcome = transport.send(&email);
    let email = context.write_unshown(&change, |tx| {
        let email = outbox::record(tx, email, &outcome)?;
        match email.state {
            EmailState::Pending | EmailState::Uncertain => outbox::cancel(tx, email.id),
            _ => Ok::<_, Error>(email),
        }
    })?;
    context.output.row(&email)?;
    if email.state == EmailState::Sent {
        return Ok(());
    }
    let why = email.last_error.unwrap_or_default();
    Err(Failure::new(ErrorCode::MailAttention, format!("the test email was not sent: {why}")))
}
