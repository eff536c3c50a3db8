//! `ssgctl payment record`.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::{Currency, Description, Key, Money, Reference, Unit};
use ssgctl::ops;
use ssgctl::ops::payment::{PaymentRequest, PaymentTarget};

use crate::args::amount;
use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::args::completion;
use crate::args::day::DayArg;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Record a customer's payment
///
/// The payment settles the invoices that --invoice names, in that order, or with --oldest the open invoices by due date. What is
/// left stays unallocated until `ssgctl payment allocate` or `ssgctl payment refund` uses it.
///
/// A pro-forma becomes an invoice when payments cover it: in one transaction, the invoice is issued and settled, and its top-up
/// is posted to the balance. A part of the amount stays unallocated and issues nothing.
///
/// With --key, repeating the command returns the first receipt instead of recording again.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl payment record ABCCORP331 240 --currency EUR --invoice INV-2026-0007 --key bank-2026-11-24-17
  ssgctl payment record ABCCORP331 1000 --currency EUR --oldest --on 2026-11-20")]
pub(crate) struct RecordArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// Amount received
    #[arg(value_name = "AMOUNT", allow_hyphen_values = true, value_parser = amount::written)]
    amount: Money,

    /// Currency, by ISO 4217
    #[arg(long, value_name = "CURRENCY", add = ArgValueCandidates::new(completion::units))]
    currency: Currency,

    /// Invoice or pro-forma that it pays, by number, ID or payment reference; may be repeated
    #[arg(long, value_name = "INVOICE")]
    invoice: Vec<String>,

    /// Pay the open invoices, the earliest due date first
    #[arg(long, conflicts_with = "invoice")]
    oldest: bool,

    /// Day on which the money was received [default: today]
    #[arg(long, value_name = "DATE")]
    on: Option<DayArg>,

    /// What the payment is; shown in statements
    #[arg(long, value_name = "TEXT", default_value = "payment")]
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

pub(crate) fn run(args: RecordArgs, context: &mut Context) -> Result<()> {
    let invoicing = context.settings.invoices.invoicing()?;
    context.apply_clock(args.clock)?;
    let target = if args.oldest { PaymentTarget::Oldest } else { PaymentTarget::Invoices(args.invoice) };
    let request = PaymentRequest {
        amount: args.amount,
        currency: args.currency,
        on: args.on.map(|day| day.0),
        description: args.description,
        reference: args.reference,
        key: args.key,
        target,
    };
    let receipt = context.write(&args.change, |tx| {
        ops::payment::record(tx, &invoicing, &args.customer, &request).map_err(Failure::from)
    })?;
    let left = receipt.entry.unallocated();
    if left > Money::ZERO && !args.change.dry_run {
        let currency = args.currency;
        let left = Unit::Currency(currency).format(left);
        context.note(&format!("{left} {currency} is not allocated; see `ssgctl help payment allocate`"));
    }
    context.output.row(&receipt)
}
