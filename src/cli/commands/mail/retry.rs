//! `ssgctl mail retry`.

use clap::Args;
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::commands::mail::emails;
use crate::context::Context;
use crate::exit::Result;

/// Let emails be sent again by the next check
///
/// For emails that failed, are uncertain or were cancelled, and for those that wait longer than you would.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail retry 17 --reason 'their server is back'
  ssgctl mail list --state failed -o name | xargs -r ssgctl mail retry")]
pub(crate) struct RetryArgs {
    /// Numbers of the emails
    #[arg(value_name = "ID", required = true)]
    emails: Vec<i64>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &RetryArgs, context: &mut Context) -> Result<()> {
    emails::change(context, &args.emails, &args.change, ops::outbox::retry)
}
