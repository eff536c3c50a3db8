//! `ssgctl balance reverse`: undoes an entry by a new one.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::ops;
use ssgctl::ops::balance::Reversal;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::balance::booking::{BookingArgs, note_accrued};
use crate::context::Context;
use crate::exit::Result;

/// Reverse a ledger entry with a new entry
///
/// An entry can be reversed once. Reversing one entry of a transfer reverses both. A reversal cannot be reversed: post
/// an adjustment instead.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance reverse 4711 --description 'paid by another customer'
  ssgctl balance reverse 4711 --description 'double charge' --key undo-4711")]
pub(crate) struct ReverseArgs {
    /// Entry number, as shown by `balance history`
    #[arg(value_name = "ENTRY", add = ArgValueCompleter::new(completion::records::entries))]
    entry: i64,

    #[command(flatten)]
    booking: BookingArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: ReverseArgs, context: &mut Context) -> Result<()> {
    let ReverseArgs { entry, booking, change } = args;
    let BookingArgs { description, reference, key, allow_negative, clock } = booking;
    context.apply_clock(clock)?;
    let reversal = Reversal { entry, description, reference, key, allow_negative };
    let receipts = context.write(&change, |tx| ops::balance::reverse(tx, &reversal))?;
    note_accrued(context, &change, &receipts);
    context.output.rows(&receipts)
}
