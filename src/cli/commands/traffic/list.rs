//! `ssgctl traffic list`: imports, with their counts and charges.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::ImportState;
use ssgctl::store::ImportFilter;

use crate::args::completion;
use crate::args::list::RecentArgs;
use crate::context::Context;
use crate::exit::Result;

/// List traffic imports with their counts and charges, oldest first
///
/// An interrupted import is `unfinished`; run the same `traffic import` again to complete it.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl traffic list --desc --limit 10
  ssgctl traffic list --state unfinished
  ssgctl traffic list --json | jq -r '.[] | [.id, .file, .charged[]] | @tsv'")]
pub(crate) struct ListArgs {
    /// Only imports in this state: unfinished, finished or closed
    #[arg(long, value_name = "STATE", add = ArgValueCandidates::new(completion::words::<ImportState>))]
    state: Option<ImportState>,

    #[command(flatten)]
    recent: RecentArgs,
}

pub(crate) fn run(args: &ListArgs, context: &mut Context) -> Result<()> {
    let filter = ImportFilter { state: args.state, newest_first: args.recent.desc, limit: args.recent.limit };
    context.list(|snapshot, rows| snapshot.imports(&filter, |import| rows.row(&import)))
}
