//! `ssgctl service import`.

use clap::Args;
use ssgctl::import::service::Services;

use crate::args::import;
use crate::context::Context;
use crate::exit::Result;

/// Make and change services from a file, all or nothing
///
/// The columns are code, name, unit, price and `api_id`; `service export` writes them. A service is known by its code, and its
/// unit and API ID never change.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl service import services.csv --dry-run
  ssgctl service import prices.csv --update --reason 'prices of 2027'")]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    import: import::ImportArgs,
}

pub(crate) fn run(args: &ImportArgs, context: &mut Context) -> Result<()> {
    import::run(&args.import, &mut Services, context)
}
