//! `ssgctl payment refund`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{Description, Money};
use ssgctl::ops;
use ssgctl::ops::payment::RefundRequest;

use crate::args::amount;
use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::payment::movement_args::MovementArgs;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Record that what is left of a payment or credit note was paid back
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl payment refund 12 --description 'paid twice'
  ssgctl payment refund CN-2026-0001 --amount 50 --description 'refund by bank transfer' --key refund-17")]
pub(crate) struct RefundArgs {
    /// ID of the payment, or number of the credit note
    #[arg(value_name = "PAYMENT", add = ArgValueCompleter::new(completion::records::unallocated_payments))]
    payment: String,

    /// Amount that was paid back [default: all that is left]
    #[arg(long, value_name = "AMOUNT", value_parser = amount::written)]
    amount: Option<Money>,

    /// Why it was paid back; shown in statements
    #[arg(long, value_name = "TEXT")]
    description: Description,

    #[command(flatten)]
    movement: MovementArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: RefundArgs, context: &mut Context) -> Result<()> {
    let invoicing = context.settings.invoices.invoicing()?;
    context.apply_clock(args.movement.clock)?;
    let request = RefundRequest {
        amount: args.amount,
        on: args.movement.on.map(|day| day.0),
        description: args.description,
        reference: args.movement.reference,
        key: args.movement.key,
    };
    let receipt = context.write(&args.change, |tx| {
        ops::payment::refund(tx, &invoicing, &args.payment, &request).map_err(Failure::from)
    })?;
    context.output.row(&receipt)
}
