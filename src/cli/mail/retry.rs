//! `ssgctl mail retry`.

use clap::Args;
use ssgctl::ops;

use crate::change::ChangeArgs;
use crate::context::Context;
use crate::exit::Result;
use crate::mail::letters;

/// Let letters be sent again by the next check
///
/// For letters that failed, are uncertain or were cancelled, and for those that wait longer than you would.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail retry 17 --reason 'their server is back'
  ssgctl mail list --state failed -o name | xargs -r ssgctl mail retry")]
pub(crate) struct RetryArgs {
    /// Numbers of the letters
    #[arg(value_name = "LETTER", required = true)]
    letters: Vec<i64>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &RetryArgs, context: &mut Context) -> Result<()> {
    letters::change(context, &args.letters, &args.change, ops::outbox::retry)
}
