//! `ssgctl customer export`.

use clap::Args;
use ssgctl::store::{CustomerFilter, CustomerSort, Page};

use crate::args::export;
use crate::context::Context;
use crate::exit::Result;

/// Write all customers as `customer import` reads them
///
/// The format is CSV unless `-o` or the name of the file says otherwise. Archived customers are among them, and say so.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl customer export > customers.csv
  ssgctl customer export --file customers.jsonl
  ssgctl customer export | ssgctl --db other.db customer import -")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    export: export::ExportArgs,
}

pub(crate) fn run(args: &ExportArgs, context: &mut Context) -> Result<()> {
    let every = CustomerFilter {
        archive_filter: args.export.archive_filter(),
        country: None,
        search: None,
        page: Page::all(CustomerSort::AccountCode),
    };
    context.export(&args.export, ssgctl::import::customer::FIELDS, |snapshot, rows| {
        snapshot.customers(&every, |customer| rows.row(customer))
    })
}
