//! `ssgctl report balances`.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::{Money, Unit};
use ssgctl::report;
use ssgctl::store::{BalanceFilter, BalanceSort, Page};

use crate::complete;
use crate::context::Context;
use crate::exit::Result;
use crate::list::LivesArgs;
use crate::report::row::Total;

/// Show what all customers have and owe, in total for each unit
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl report balances
  ssgctl report balances --all --csv
  ssgctl report balances --unit SMS --at-most 0")]
pub(crate) struct BalancesArgs {
    /// Only balances in this unit
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(complete::units))]
    unit: Option<Unit>,

    /// Only balances at or below this amount
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    at_most: Option<Money>,

    #[command(flatten)]
    lives: LivesArgs,
}

pub(crate) fn run(args: &BalancesArgs, context: &mut Context) -> Result<()> {
    let filter = BalanceFilter {
        customer_id: None,
        lives: args.lives.lives(),
        unit: args.unit,
        at_most: args.at_most,
        state: None,
        page: Page { sort: BalanceSort::Customer, descending: false, limit: None },
    };
    let totals = context.read(|snapshot| {
        let totals = report::totals_by_unit(snapshot, &filter)?.into_iter();
        totals.map(|unit| Ok(Total { total: unit.total()?, unit })).collect::<ssgctl::Result<Vec<_>>>()
    })?;
    context.output.all(&totals)
}
