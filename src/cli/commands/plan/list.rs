//! `ssgctl plan list`.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::Unit;
use ssgctl::report;
use ssgctl::store::{PlanFilter, PlanSort};

use crate::args::completion;
use crate::args::list::{ArchiveFilterArgs, PageArgs};
use crate::context::Context;
use crate::exit::Result;

/// List price plans
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl plan list
  ssgctl plan list --unit EUR --json")]
pub(crate) struct ListArgs {
    /// Only plans in this unit
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    /// Only plans with this text in code or name
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,

    #[command(flatten)]
    archived: ArchiveFilterArgs,

    #[command(flatten)]
    page: PageArgs<PlanSort>,
}

pub(crate) fn run(args: ListArgs, context: &mut Context) -> Result<()> {
    let archive_filter = args.archived.archive_filter();
    let filter = PlanFilter { archive_filter, unit: args.unit, search: args.search, page: args.page.page() };
    context.list(|snapshot, rows| snapshot.plans(&filter, |plan| rows.row(&report::plan_summary(snapshot, plan)?)))
}
