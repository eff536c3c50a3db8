//! `ssgctl mail test`: checks the configuration of email.

use clap::Args;
use ssgctl::model::{EmailAddress, EmailState, OutboxEmail};

use crate::args::change::AuditArgs;
use crate::commands::mail::outcome;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::FieldKeys;

/// Send a test email now
///
/// Uses the same transport as all other email. If the test email cannot be sent, no later run tries again. Needs no
/// database: as long as there is none in the usual place, the email is sent but not recorded.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail test me@example.com")]
pub(crate) struct TestArgs {
    /// Recipient of the test email
    #[arg(value_name = "ADDRESS")]
    address: EmailAddress,

    #[command(flatten)]
    why: AuditArgs,
}

pub(crate) fn run(args: &TestArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&OutboxEmail::keys())?;
    // A newcomer tests email first, and a monitoring job that runs this must not create an empty database.
    context.may_create_database(true);
    let test = context.settings.mail.renderer()?.compose_test()?;
    let mut transport = context.settings.mail.transport()?.transport()?;
    if !context.settings.database_was_named && context.is_missing()? {
        context.note("there is no database yet: the test email is not recorded");
    }
    let sent = outcome::dispatch(context, &args.why, |dispatcher| {
        Ok(dispatcher.send_once(&args.address, &test, transport.as_mut())?)
    })?;
    let Some(email) = sent else {
        let busy = Failure::new(ErrorCode::Busy, "another run is sending emails");
        return Err(busy.hint("nothing was sent; run the command again in a minute"));
    };
    context.output.row(&email)?;
    if email.state == EmailState::Sent {
        return Ok(());
    }
    let why = email.last_error.unwrap_or_default();
    Err(Failure::new(ErrorCode::MailAttention, format!("the test email was not sent: {why}")))
}
