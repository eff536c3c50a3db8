//! `ssgctl report balances`: totals by unit, or the runway of each balance.

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;
use ssgctl::model::{Money, Unit};
use ssgctl::report::{self, BalanceAt, BalancesOrder, BalancesQuestion, Runway, UnitTotal};
use ssgctl::store::{ArchiveFilter, BalanceFilter, BalanceSort, Clock, Page};

use crate::args::completion;
use crate::args::list::{ArchiveFilterArgs, PageArgs};
use crate::args::period::{Days, Moment, ZoneArgs};
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{FieldKeys, TableWriter};

/// Report what customers have and owe, and how long it lasts
///
/// By unit, there is a line of totals for each unit. By customer, there is a line for each balance, with the days it
/// lasts.
///
/// The field `per_day` is the average daily charge for traffic over the last seven full UTC days, or since traffic
/// began if that is later, rounded up to the precision of the unit. The field `days_left` is the number of full days
/// that the balance lasts at that rate. Both are empty if there was no charge.
///
/// With --at, balances are those just before a time, from the ledger; `--at 2026-11-01` is what they were at the end of
/// October. Customers that are archived now are among them unless --archived is given, because they may not have been then.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl report balances
  ssgctl report balances --by customer --sort days_left
  ssgctl report balances --runs-out-within 7d -o name
  ssgctl report balances --unit SMS --at-most 0
  ssgctl report balances --at 2026-11-01 --timezone Europe/London
  ssgctl report balances --at 2026-11-01 --by customer --csv > liability.csv")]
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

    /// Balances as they were at this time: a time, or the start of a day, month or other period
    #[arg(long, value_name = "TIME", conflicts_with_all = ["at_most", "runs_out_within", "sort", "desc", "limit"])]
    at: Option<Moment>,

    #[command(flatten)]
    zone: ZoneArgs,

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
    if let Some(at) = args.at {
        return args.at(at, context);
    }
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

    /// The balances just before a time.
    fn at(&self, at: Moment, context: &mut Context) -> Result<()> {
        let before = at.start(&self.zone.zone(context.settings.defaults.zone()));
        if matches!(at, Moment::Day(_) | Moment::Named(_)) {
            // `balance at` takes the end of a day.
            context.note(&format!("balances just before {}", context.output.in_zone(before)));
        }
        let archive_filter = match self.archive_filter.archive_filter() {
            ArchiveFilter::Active => ArchiveFilter::All,
            archived_or_all => archived_or_all,
        };
        let filter = BalanceFilter { archive_filter, unit: self.unit, ..BalanceFilter::every() };
        if self.by == Some(By::Customer) {
            return context.list(|snapshot, rows: &mut TableWriter<'_, BalanceAt>| {
                report::all_balances_at(snapshot, &filter, before, |balance| rows.row(&balance))
            });
        }
        let totals = context.read(|snapshot| report::totals_by_unit_at(snapshot, &filter, before))?;
        let keys: Vec<&str> = UnitTotal::keys().into_iter().filter(|key| *key != "per_day").collect();
        context.output.rows_with_columns(&keys, &totals)
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
