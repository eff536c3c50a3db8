//! `ssgctl note import`.

use clap::Args;
use ssgctl::import::note::Notes;

use crate::args::import;
use crate::context::Context;
use crate::exit::Result;

/// Add notes from a file, all or nothing
///
/// The columns are customer and text, and perhaps at and author; `note export` writes them. Notes are only ever added: one
/// that the customer has already is left alone.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl note import notes.csv --dry-run
  ssgctl --db old.db note export | ssgctl note import -")]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    import: import::ImportArgs,
}

pub(crate) fn run(args: &ImportArgs, context: &mut Context) -> Result<()> {
    import::run(&args.import, &mut Notes::default(), context)
}
