//! `ssgctl balance list`: balances of all customers.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::{Level, Money, Unit};
use ssgctl::store::{BalanceFilter, BalanceSort};

use crate::args::completion;
use crate::args::list::{ArchiveFilterArgs, PageArgs};
use crate::context::Context;
use crate::exit::Result;

/// List balances
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance list --unit SMS --at-most 100 --sort balance
  ssgctl balance list --state lower
  ssgctl balance list --csv > balances.csv")]
pub(crate) struct ListArgs {
    /// Only balances in this unit
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    /// Only balances at or below this amount
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    at_most: Option<Money>,

    /// Only balances in this state at the last check: ok, upper (early warning) or lower (urgent)
    #[arg(long, value_name = "STATE")]
    state: Option<Level>,

    #[command(flatten)]
    archive_filter: ArchiveFilterArgs,

    #[command(flatten)]
    page: PageArgs<BalanceSort>,
}

pub(crate) fn run(args: &ListArgs, context: &mut Context) -> Result<()> {
    let filter = BalanceFilter {
        customer_id: None,
        archive_filter: args.archive_filter.archive_filter(),
        unit: args.unit,
        at_most: args.at_most,
        state: args.state,
        page: args.page.page(),
    };
    context.list(|snapshot, rows| snapshot.balances(&filter, |balance| rows.row(&balance)))
}
