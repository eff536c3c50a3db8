//! `ssgctl payment reverse`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{Description, Key};
use ssgctl::ops;
use ssgctl::ops::payment::PaymentReversal;

use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::args::completion;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Reverse a payment that bounced or was recorded by mistake
///
/// What the payment settled is open again. An invoice that the payment made of a pro-forma stays, and so does its top-up; credit
/// the invoice if the customer is not to pay it.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl payment reverse 12 --description 'direct debit returned'")]
pub(crate) struct ReverseArgs {
    /// ID of the payment
    #[arg(value_name = "PAYMENT", add = ArgValueCompleter::new(completion::records::payments))]
    payment: i64,

    /// Why it is reversed; shown in statements
    #[arg(long, value_name = "TEXT")]
    description: Description,

    /// Idempotency key: reverse once, no matter how often the command is repeated
    #[arg(long, value_name = "KEY")]
    key: Option<Key>,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: ReverseArgs, context: &mut Context) -> Result<()> {
    let invoicing = context.settings.invoices.invoicing()?;
    context.apply_clock(args.clock)?;
    let request = PaymentReversal { payment: args.payment, description: args.description, key: args.key };
    let receipt =
        context.write(&args.change, |tx| ops::payment::reverse(tx, &invoicing, &request).map_err(Failure::from))?;
    context.output.row(&receipt)
}
