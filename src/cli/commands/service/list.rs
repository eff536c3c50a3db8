//! `ssgctl service list`.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::Unit;
use ssgctl::report;
use ssgctl::store::{ServiceFilter, ServiceSort};

use crate::args::completion;
use crate::args::list::PageArgs;
use crate::context::Context;
use crate::exit::Result;

/// List services
///
/// `next_change` is when a planned plan or default price begins; the field `planned_changes` says what.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl service list
  ssgctl service list --unit GBP --json")]
pub(crate) struct ListArgs {
    /// Only services with this unit
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    /// Only services with this text in code or name
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,

    #[command(flatten)]
    page: PageArgs<ServiceSort>,
}

pub(crate) fn run(args: ListArgs, context: &mut Context) -> Result<()> {
    let filter = ServiceFilter { unit: args.unit, search: args.search, page: args.page.page() };
    context.list(|snapshot, rows| {
        snapshot.services(&filter, |service| rows.row(&report::service_outlook(snapshot, service)?))
    })
}
