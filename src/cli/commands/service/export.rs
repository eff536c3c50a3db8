//! `ssgctl service export`.

use clap::Args;
use ssgctl::store::{Page, ServiceFilter, ServiceSort};

use crate::args::export;
use crate::context::Context;
use crate::exit::Result;

/// Write all services as `service import` reads them
///
/// The format is CSV unless `-o` or the name of the file says otherwise.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl service export > services.csv
  ssgctl service export --file services.json")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    export: export::ExportArgs,
}

pub(crate) fn run(args: &ExportArgs, context: &mut Context) -> Result<()> {
    let every = ServiceFilter { unit: None, search: None, page: Page::all(ServiceSort::Code) };
    context.export(&args.export, ssgctl::import::service::FIELDS, |snapshot, rows| {
        snapshot.services(&every, |service| rows.row(service))
    })
}
