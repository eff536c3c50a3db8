//! `ssgctl invoice hold`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::ops;
use ssgctl::report::InvoiceSummary;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::invoice::row::today;
use crate::context::Context;
use crate::exit::Result;

/// Keep drafts from being issued, and stop the reminders of issued invoices
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice hold 7 --reason 'waits for an order number'
  ssgctl invoice hold INV-2026-0007 --reason 'customer disputes it'")]
pub(crate) struct HoldArgs {
    /// IDs of drafts, or numbers of invoices
    #[arg(value_name = "INVOICE", required = true, add = ArgValueCompleter::new(completion::records::drafts))]
    invoices: Vec<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &HoldArgs, context: &mut Context) -> Result<()> {
    let today = today(context);
    context.write_each(&args.change, &args.invoices, |tx, name| {
        Ok(InvoiceSummary::on(ops::invoice::hold(tx, name)?, today))
    })
}
