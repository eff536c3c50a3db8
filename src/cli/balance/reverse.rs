//! `ssgctl balance reverse`.

use clap::Args;
use ssgctl::model::{Description, Key, Reference};
use ssgctl::ops;
use ssgctl::ops::balance::Reversal;

use crate::change::ChangeArgs;
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

    /// Why: the first thing that is read when the customer asks
    #[arg(long, value_name = "TEXT")]
    description: Description,

    /// Name in somebody else's books, such as a credit note's number
    #[arg(long, value_name = "TEXT")]
    reference: Option<Reference>,

    /// Book it once under this key, however often it is repeated
    #[arg(long, value_name = "KEY")]
    key: Option<Key>,

    /// Book it even if the balance sinks below its credit limit
    #[arg(long)]
    allow_negative: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: ReverseArgs, context: &mut Context) -> Result<()> {
    let ReverseArgs { entry, description, reference, key, allow_negative, change } = args;
    let reversal = Reversal { entry, description, reference, key, allow_negative };
    let receipts = context.write(&change, |tx| ops::balance::reverse(tx, &reversal))?;
    context.output.all(&receipts)
}
