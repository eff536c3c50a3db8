//! `ssgctl balance adjust`: posts one adjustment.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::{Money, Unit};
use ssgctl::ops;
use ssgctl::ops::balance::Adjustment;

use crate::args::amount;
use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::balance::booking::{BookingArgs, note_accrued};
use crate::context::Context;
use crate::exit::Result;

/// Adjust a customer's balance
///
/// Positive amounts add, negative amounts subtract. With --key, repeating the command returns the first receipt instead
/// of posting again; the same key with a different change is refused (exit 4). Keys never expire.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance adjust ABCCORP331 5000 --description 'bank transfer' --reference INV-2026-118 --key inv-2026-118
  ssgctl balance adjust ABCCORP331 -5 --description 'double charge'
  ssgctl balance adjust ABCCORP331 250.00 --unit GBP --description 'card payment'")]
pub(crate) struct AdjustArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// Amount to add, or to subtract if negative: whole for SMS credits, at most 8 decimals for money
    #[arg(value_name = "AMOUNT", allow_hyphen_values = true, value_parser = amount::written)]
    amount: Money,

    /// `SMS` or an ISO 4217 currency code [default: the customer's only unit, or SMS if it has no balance]
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    #[command(flatten)]
    booking: BookingArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: AdjustArgs, context: &mut Context) -> Result<()> {
    let BookingArgs { description, reference, key, allow_negative, clock } = args.booking;
    context.apply_clock(clock)?;
    let (unit, amount) = (args.unit, args.amount);
    let adjustment = Adjustment { unit, amount, description, reference, key, allow_negative };
    let receipt = context.write(&args.change, |tx| ops::balance::adjust(tx, &args.customer, &adjustment))?;
    note_accrued(context, &args.change, std::slice::from_ref(&receipt));
    context.output.row(&receipt)
}
