//! `ssgctl balance reverse`.

use clap::Args;
use ssgctl::ops;
use ssgctl::ops::balance::Reversal;

use crate::args::change::ChangeArgs;
use crate::commands::balance::booking::BookingArgs;
use crate::context::Context;
use crate::exit::Result;

/// Undo an entry by another entry, once
///
/// Half of a transfer takes the other half with it. A reversal itself cannot be reversed: book an adjustment.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance reverse 4711 --description 'paid by somebody else'
  ssgctl balance reverse 4711 --description 'double charge' --key undo-4711")]
pub(crate) struct ReverseArgs {
    /// Number of the entry, as `balance history` shows it
    #[arg(value_name = "ENTRY")]
    entry: i64,

    #[command(flatten)]
    booking: BookingArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: ReverseArgs, context: &mut Context) -> Result<()> {
    let ReverseArgs { entry, booking, change } = args;
    let BookingArgs { description, reference, key, allow_negative } = booking;
    let reversal = Reversal { entry, description, reference, key, allow_negative };
    let receipts = context.write(&change, |tx| ops::balance::reverse(tx, &reversal))?;
    context.output.all(&receipts)
}
