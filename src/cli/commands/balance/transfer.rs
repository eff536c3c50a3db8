//! `ssgctl balance transfer`: moves an amount between customers.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::{Money, Unit};
use ssgctl::ops;
use ssgctl::ops::balance::Transfer;

use crate::args::amount;
use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::balance::booking::{BookingArgs, note_accrued};
use crate::context::Context;
use crate::exit::Result;

/// Transfer an amount from one customer to another
///
/// Posts two entries in one transaction: one that subtracts and one that adds. With --key, repeating the command
/// returns the first receipts instead of posting again.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance transfer ABCCORP331 ABCLTD107 500 --description 'moved to the subsidiary' --key move-2026-11")]
pub(crate) struct TransferArgs {
    /// Account code or API ID of the paying customer
    #[arg(value_name = "FROM", add = ArgValueCompleter::new(completion::customers))]
    from: String,

    /// Account code or API ID of the receiving customer
    #[arg(value_name = "TO", add = ArgValueCompleter::new(completion::customers))]
    to: String,

    /// Amount to transfer; must be positive
    #[arg(value_name = "AMOUNT", allow_hyphen_values = true, value_parser = amount::written)]
    amount: Money,

    /// `SMS` or an ISO 4217 currency code [default: the payer's only unit, or SMS if it has no balance]
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    #[command(flatten)]
    booking: BookingArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: TransferArgs, context: &mut Context) -> Result<()> {
    let TransferArgs { from, to, amount, unit, booking, change } = args;
    let BookingArgs { description, reference, key, allow_negative, clock } = booking;
    context.apply_clock(clock)?;
    let transfer = Transfer { unit, amount, description, reference, key, allow_negative };
    let receipts = context.write(&change, |tx| ops::balance::transfer(tx, &from, &to, &transfer))?;
    note_accrued(context, &change, &receipts);
    context.output.rows(&receipts)
}
