//! `ssgctl mail retry`: queues emails of the outbox again.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::mail::emails;
use crate::context::Context;
use crate::exit::Result;

/// Queue emails again for the next check
///
/// Works for failed, uncertain and cancelled emails. For a pending email, the next check tries it without waiting for
/// its next attempt.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail retry 17 --reason 'their server is back'
  ssgctl mail list --state failed -o name | xargs -r ssgctl mail retry")]
pub(crate) struct RetryArgs {
    /// Email numbers, as shown by `mail list`
    #[arg(value_name = "ID", required = true, add = ArgValueCompleter::new(completion::records::emails))]
    emails: Vec<i64>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &RetryArgs, context: &mut Context) -> Result<()> {
    emails::change(context, &args.emails, &args.change, ops::outbox::retry)
}
