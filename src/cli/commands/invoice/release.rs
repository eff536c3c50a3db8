//! `ssgctl invoice release`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::ops;
use ssgctl::report::InvoiceSummary;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::invoice::row::today;
use crate::context::Context;
use crate::exit::Result;

/// Release drafts that are on hold, and allow reminders of issued invoices again
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice release 7
  ssgctl invoice release INV-2026-0007")]
pub(crate) struct ReleaseArgs {
    /// IDs of drafts, or numbers of invoices
    #[arg(value_name = "INVOICE", required = true, add = ArgValueCompleter::new(completion::records::drafts))]
    invoices: Vec<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &ReleaseArgs, context: &mut Context) -> Result<()> {
    let today = today(context);
    context.write_each(&args.change, &args.invoices, |tx, name| {
        Ok(InvoiceSummary::on(ops::invoice::release(tx, name)?, today))
    })
}
