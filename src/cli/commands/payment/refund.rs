//! `ssgctl payment refund`.

use clap::Args;
use ssgctl::model::{Description, Key, Money, Reference};
use ssgctl::ops;
use ssgctl::ops::payment::RefundRequest;

use crate::args::amount;
use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::args::day::DayArg;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Record that what is left of a payment or credit note was paid back
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl payment refund 12 --description 'paid twice'
  ssgctl payment refund CN-2026-0001 --amount 50 --description 'refund by bank transfer' --key refund-17")]
pub(crate) struct RefundArgs {
    /// ID of the payment, or number of the credit note
    #[arg(value_name = "PAYMENT")]
    payment: String,

    /// Amount that was paid back [default: all that is left]
    #[arg(long, value_name = "AMOUNT", value_parser = amount::written)]
    amount: Option<Money>,

    /// Day on which the money was refunded [default: today]
    #[arg(long, value_name = "DATE")]
    on: Option<DayArg>,

    /// Why it was paid back; shown in statements
    #[arg(long, value_name = "TEXT")]
    description: Description,

    /// Reference in another system, such as that of the bank
    #[arg(long, value_name = "TEXT")]
    reference: Option<Reference>,

    /// Idempotency key: record once, no matter how often the command is repeated
    #[arg(long, value_name = "KEY")]
    key: Option<Key>,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: RefundArgs, context: &mut Context) -> Result<()> {
    let invoicing = context.settings.invoices.invoicing()?;
    context.apply_clock(args.clock)?;
    let request = RefundRequest {
        amount: args.amount,
        on: args.on.map(|day| day.0),
        description: args.description,
        reference: args.reference,
        key: args.key,
    };
    let receipt = context.write(&args.change, |tx| {
        ops::payment::refund(tx, &invoicing, &args.payment, &request).map_err(Failure::from)
    })?;
    context.output.row(&receipt)
}
