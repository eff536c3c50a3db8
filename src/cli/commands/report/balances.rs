//! `ssgctl report balances`: totals by unit, or the runway of each balance.

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;
use ssgctl::model::{Money, Unit};
use ssgctl::report::{self, BalancesOrder, BalancesQuestion, Runway};
use ssgctl::store::{BalanceFilter, BalanceSort, Clock, Page};

use crate::args::completion;
use crate::args::list::{ArchiveFilterArgs, PageArgs};
use crate::args::period::Days;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::TableWriter;

/// Report what customers have and owe, and how long it lasts
///
/// By unit, there is a line of totals for each unit. By customer, there is a line for each balance, with the days it
/// lasts.
///
/// The field `per_day` is the average daily charge for traffic over the last seven full UTC days, or since traffic
/// began if that is later, rounded up to the precision of the unit. The field `days_left` is the number of full days
/// that the balance lasts at that rate. Both are empty if there was no charge.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl report balances
  ssgctl report balances --by customer --sort days_left
  ssgctl report balances --runs-out-within 7d -o name
  ssgctl report balances --unit SMS --at-most 0")]
pub(crate) struct BalancesArgs {
    /// Group by unit or by customer [default: unit, or customer if you sort, limit or use --runs-out-within]
    #[arg(long, value_name = "GROUP", value_enum)]
    by: Option<By>,

    /// Only balances in this unit
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    /// Only balances at or below this amount
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    at_most: Option<Money>,

    /// Only balances that last at most this long, in days or weeks, such as 7d or 2w
    #[arg(long, value_name = "SPAN")]
    runs_out_within: Option<Days>,

    #[command(flatten)]
    archive_filter: ArchiveFilterArgs,

    #[command(flatten)]
    page: PageArgs<BalancesOrder>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Unit,
    Customer,
}

pub(crate) fn run(args: &BalancesArgs, context: &mut Context) -> Result<()> {
    let needs_customers =
        args.runs_out_within.is_some() || args.page.sort.is_some() || args.page.desc || args.page.limit.is_some();
    match args.by {
        Some(By::Unit) if needs_customers => {
            Err(Failure::usage("--sort, --desc, --limit and --runs-out-within need balances by customer")
                .hint("use --by customer")
                .field("by"))
        }
        Some(By::Customer) => args.by_customer(context),
        None if needs_customers => args.by_customer(context),
        _ => args.by_unit(context),
    }
}

impl BalancesArgs {
    fn by_unit(&self, context: &mut Context) -> Result<()> {
        let filter = BalanceFilter {
            customer_id: None,
            archive_filter: self.archive_filter.archive_filter(),
            unit: self.unit,
            at_most: self.at_most,
            state: None,
            page: Page::all(BalanceSort::Customer),
        };
        let totals = context.read(|snapshot| report::totals_by_unit(snapshot, &filter, Clock::System.now()))?;
        for total in totals.iter().filter(|total| total.total.is_none()) {
            Context::warn(&format!(
                "the balances in {} add up to more than an amount can be; `ssgctl report balances --by customer` lists them",
                total.unit
            ));
        }
        for total in totals.iter().filter(|total| total.burn.is_some() && total.per_day().is_none()) {
            Context::warn(&format!("the charges in {} add up to more than an amount can be", total.unit));
        }
        context.output.rows(&totals)
    }

    fn by_customer(&self, context: &mut Context) -> Result<()> {
        let question = BalancesQuestion {
            archive_filter: self.archive_filter.archive_filter(),
            unit: self.unit,
            at_most: self.at_most,
            runs_out_within: self.runs_out_within.map(Days::count),
            order: self.page.sort.unwrap_or(BalancesOrder::Customer),
            descending: self.page.desc,
            limit: self.page.limit,
        };
        context.list(|snapshot, rows: &mut TableWriter<'_, Runway>| {
            report::balances(snapshot, &question, Clock::System.now(), |runway| {
                if runway.burn.is_some() && runway.per_day().is_none() {
                    let (customer, unit) = (&runway.balance.customer, runway.balance.unit);
                    Context::warn(&format!("the charges of {customer} in {unit} add up to more than an amount can be"));
                }
                rows.row(&runway)
            })
        })
    }
}
