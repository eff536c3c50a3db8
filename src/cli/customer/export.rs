//! `ssgctl customer export`.

use clap::Args;
use ssgctl::ingest;
use ssgctl::store::{CustomerFilter, CustomerSort, Page};

use crate::context::Context;
use crate::exit::Result;
use crate::export;

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
        lives: args.export.lives(),
        country: None,
        search: None,
        page: Page::all(CustomerSort::AccountCode),
    };
    context.export(&args.export, ingest::customer::FIELDS, |snapshot, rows| {
        snapshot.customers(&every, |customer| rows.row(customer))
    })
}
