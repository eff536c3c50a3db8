//! `ssgctl invoice cancel`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::ops;
use ssgctl::report::InvoiceSummary;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::invoice::row::today;
use crate::context::Context;
use crate::exit::Result;

/// Cancel drafts for good; no number is lost with them
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice cancel 7 --reason 'the customer withdrew the order'")]
pub(crate) struct CancelArgs {
    /// IDs of the drafts
    #[arg(value_name = "INVOICE", required = true, add = ArgValueCompleter::new(completion::records::drafts))]
    invoices: Vec<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &CancelArgs, context: &mut Context) -> Result<()> {
    let today = today(context);
    context.write_each(&args.change, &args.invoices, |tx, name| {
        Ok(InvoiceSummary::on(ops::invoice::cancel(tx, name)?, today))
    })
}
