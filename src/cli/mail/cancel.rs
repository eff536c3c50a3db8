//! `ssgctl mail cancel`.

use clap::Args;
use ssgctl::ops;

use crate::change::ChangeArgs;
use crate::context::Context;
use crate::exit::Result;
use crate::mail::letters;

/// Take back letters that were not sent
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail cancel 17 --reason 'told by telephone'")]
pub(crate) struct CancelArgs {
    /// Numbers of the letters
    #[arg(value_name = "LETTER", required = true)]
    letters: Vec<i64>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &CancelArgs, context: &mut Context) -> Result<()> {
    letters::change(context, &args.letters, &args.change, ops::outbox::cancel)
}
