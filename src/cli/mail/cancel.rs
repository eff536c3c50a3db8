//! `ssgctl mail cancel`.

use clap::Args;
use ssgctl::ops;

use crate::change::ChangeArgs;
use crate::context::Context;
use crate::exit::Result;

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
    let letters = context.write(&args.change, |tx| {
        args.letters.iter().map(|&id| ops::outbox::cancel(tx, id)).collect::<ssgctl::Result<Vec<_>>>()
    })?;
    context.output.all(&letters)
}
