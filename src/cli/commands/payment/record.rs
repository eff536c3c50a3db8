//! `ssgctl payment record`.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::invoice::InvoiceEmailKind;
use ssgctl::model::{Currency, Description, Money, Unit};
use ssgctl::ops;
use ssgctl::ops::payment::{PaymentReceipt, PaymentRequest, PaymentTarget};

use crate::args::amount;
use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::payment::movement_args::MovementArgs;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Record a customer's payment
///
/// The payment settles the invoices that --invoice names, in that order, or with --oldest the open invoices by due date. What is
/// left stays unallocated until `ssgctl payment allocate` or `ssgctl payment refund` uses it.
///
/// A pro-forma becomes an invoice when payments cover it: in one transaction, the invoice is issued and settled, and its top-up
/// is posted to the balance. If email is set up, its email to the customer is queued too; the next `ssgctl balance check` sends it.
/// A part of the amount stays unallocated and issues nothing.
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
    #[arg(long, value_name = "INVOICE", add = ArgValueCompleter::new(completion::records::payable))]
    invoice: Vec<String>,

    /// Pay the open invoices, the earliest due date first
    #[arg(long, conflicts_with = "invoice")]
    oldest: bool,

    /// What the payment is; shown in statements
    #[arg(long, value_name = "TEXT", default_value = "payment")]
    description: Description,

    /// Do not email the invoice that a pro-forma becomes
    #[arg(long)]
    no_send: bool,

    #[command(flatten)]
    movement: MovementArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: RecordArgs, context: &mut Context) -> Result<()> {
    let mut invoicing = context.settings.invoicing_with_email()?;
    if args.no_send {
        invoicing.mailing = None;
    }
    context.apply_clock(args.movement.clock)?;
    let target = if args.oldest { PaymentTarget::Oldest } else { PaymentTarget::Invoices(args.invoice) };
    let request = PaymentRequest {
        amount: args.amount,
        currency: args.currency,
        on: args.movement.on.map(|day| day.0),
        description: args.description,
        reference: args.movement.reference,
        key: args.movement.key,
        target,
    };
    let receipt = context.write(&args.change, |tx| {
        ops::payment::record(tx, &invoicing, &args.customer, &request).map_err(Failure::from)
    })?;
    if !receipt.replayed && !args.change.dry_run && invoicing.mailing.is_some() {
        note_emails(context, &receipt)?;
    }
    let left = receipt.entry.unallocated();
    if left > Money::ZERO && !args.change.dry_run {
        let currency = args.currency;
        let left = Unit::Currency(currency).format(left);
        context.note(&format!("{left} {currency} is not allocated; see `ssgctl help payment allocate`"));
    }
    context.output.row(&receipt)
}

/// Says which emails were queued for pro-formas that became invoices.
pub(super) fn note_emails(context: &mut Context, receipt: &PaymentReceipt) -> Result<()> {
    for invoice in receipt.invoices.iter().filter(|invoice| invoice.details.top_up.is_some()) {
        let emails = context.read(|snapshot| snapshot.invoice_emails(invoice.id))?;
        let emails = emails.iter().filter(|email| email.kind == InvoiceEmailKind::Document);
        let recipients: Vec<&str> = emails.map(|email| email.recipient.as_str()).collect();
        let name = invoice.name();
        if recipients.is_empty() {
            Context::warn(&format!("{name} is not emailed; `ssgctl invoice send {name}` says why"));
        } else {
            context.note(&format!("{name} is queued to {}; `ssgctl balance check` sends it", recipients.join(", ")));
        }
    }
    Ok(())
}
