//! `ssgctl invoice write-off`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::Description;
use ssgctl::ops;
use ssgctl::report::InvoiceSummary;

use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::args::completion;
use crate::commands::invoice::row::today;
use crate::context::Context;
use crate::exit::Result;

/// Write off what is open of an invoice
///
/// The invoice and its tax stay as they were issued. When your law lets you correct the tax of a bad debt, use `ssgctl invoice
/// credit` instead.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice write-off INV-2026-0007 --description 'insolvent, no assets'")]
pub(crate) struct WriteOffArgs {
    /// Number of the invoice
    #[arg(value_name = "INVOICE", add = ArgValueCompleter::new(completion::records::issued))]
    invoice: String,

    /// Why it will not be paid; shown in statements
    #[arg(long, value_name = "TEXT")]
    description: Description,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: WriteOffArgs, context: &mut Context) -> Result<()> {
    let invoicing = context.settings.invoices.invoicing()?;
    context.apply_clock(args.clock)?;
    let today = today(context);
    let invoice = context.write(&args.change, |tx| {
        let invoice = ops::invoice::write_off(tx, &invoicing, &args.invoice, args.description)?;
        Ok::<_, ssgctl::Error>(InvoiceSummary::on(invoice, today))
    })?;
    context.output.row(&invoice)
}
