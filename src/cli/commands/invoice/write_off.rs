//! `ssgctl invoice write-off`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{Description, Key};
use ssgctl::ops;
use ssgctl::ops::invoice::WriteOffRequest;
use ssgctl::report::InvoiceSummary;

use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::args::completion;
use crate::commands::invoice::row::today;
use crate::context::Context;
use crate::exit::Result;

/// Write off what is open of an invoice, or take that back
///
/// The invoice and its tax stay as they were issued. When your law lets you correct the tax of a bad debt, use `ssgctl invoice
/// credit` instead, also after the write-off: the credit note takes its place. With --reverse, what was written off is open again,
/// such as before a late payment is recorded.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice write-off INV-2026-0007 --description 'insolvent, no assets'
  ssgctl invoice write-off INV-2026-0007 --reverse --description 'the receiver pays after all'")]
pub(crate) struct WriteOffArgs {
    /// Number of the invoice
    #[arg(value_name = "INVOICE", add = ArgValueCompleter::new(completion::records::issued))]
    invoice: String,

    /// Take back what was written off of the invoice
    #[arg(long)]
    reverse: bool,

    /// Why it will not be paid, or why it will be after all; shown in statements
    #[arg(long, value_name = "TEXT")]
    description: Description,

    /// Idempotency key: book once, no matter how often the command is repeated
    #[arg(long, value_name = "KEY")]
    key: Option<Key>,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: WriteOffArgs, context: &mut Context) -> Result<()> {
    let invoicing = context.settings.invoices.invoicing()?;
    context.apply_clock(args.clock)?;
    let today = today(context);
    let request = WriteOffRequest { description: args.description, key: args.key };
    let operation = if args.reverse { ops::invoice::reverse_write_off } else { ops::invoice::write_off };
    let invoice = context.write(&args.change, |tx| {
        let invoice = operation(tx, &invoicing, &args.invoice, &request)?;
        Ok::<_, ssgctl::Error>(InvoiceSummary::on(invoice, today))
    })?;
    context.output.row(&invoice)
}
