//! `ssgctl payment allocate`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::Money;
use ssgctl::ops;
use ssgctl::ops::payment::PaymentTarget;

use crate::args::amount;
use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::args::completion;
use crate::commands::payment::record::note_emails;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Settle invoices with what is left of a payment or credit note
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl payment allocate 12 --invoice INV-2026-0007
  ssgctl payment allocate 12 --invoice INV-2026-0007 --amount 100
  ssgctl payment allocate CN-2026-0001 --oldest")]
pub(crate) struct AllocateArgs {
    /// ID of the payment, or number of the credit note
    #[arg(value_name = "PAYMENT", add = ArgValueCompleter::new(completion::records::unallocated_payments))]
    payment: String,

    /// Invoice or pro-forma to settle, by number, ID or payment reference; may be repeated
    #[arg(long, value_name = "INVOICE", required_unless_present = "oldest", add = ArgValueCompleter::new(completion::records::payable))]
    invoice: Vec<String>,

    /// Settle the open invoices, the earliest due date first
    #[arg(long, conflicts_with = "invoice")]
    oldest: bool,

    /// Maximum amount to allocate [default: all that is left]
    #[arg(long, value_name = "AMOUNT", value_parser = amount::written)]
    amount: Option<Money>,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: AllocateArgs, context: &mut Context) -> Result<()> {
    let invoicing = context.settings.invoicing_with_email()?;
    context.apply_clock(args.clock)?;
    let target = if args.oldest { PaymentTarget::Oldest } else { PaymentTarget::Invoices(args.invoice) };
    let receipt = context.write(&args.change, |tx| {
        ops::payment::allocate(tx, &invoicing, &args.payment, &target, args.amount).map_err(Failure::from)
    })?;
    if !args.change.dry_run && invoicing.mailing.is_some() {
        note_emails(context, &receipt)?;
    }
    context.output.row(&receipt)
}
