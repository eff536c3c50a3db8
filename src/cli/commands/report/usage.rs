//! `ssgctl report usage`: charges for traffic.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::{Country, Zone};
use ssgctl::report::{self, Calendar, CountedBy, TrafficQuestion};

use crate::args::completion;
use crate::args::period::ReportPeriodArgs;
use crate::commands::report::groups::{By, TrafficFilterArgs, distinct, keys_of};
use crate::commands::report::row::UsageRow;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::TableWriter;

/// Report charges for traffic, by unit
///
/// Charges count on the UTC day their messages were submitted, whenever the messages were imported. Charges of
/// unfinished imports are included. Rejected messages are counted and not charged. The cost to the gateway, and so the
/// margin, is not known. Reversals and other changes of balances are in `ssgctl report statement`.
///
/// With --by destination, each line says what the price was for: a destination of a plan, with the price of a part if it
/// was the same for all messages of the line, or `file` for messages that were priced by their file. With --by price,
/// there is a line for each price. Both are empty for messages that were not charged, which `file` counts too where
/// there is such a line, and for those of imports from before price plans (schema 19). The network is the one that the
/// traffic file named, by MCC and MNC.
///
/// Tables end with a line of totals for each unit; other formats have none.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl report usage --last 1mo
  ssgctl report usage --from 2026-11-01 --until 2026-12-01 --by month,customer --csv
  ssgctl report usage --last 3mo --by month,account --customer ABCCORP331
  ssgctl report usage --last 30d --by country --service standard
  ssgctl report usage --last 1mo --by destination --customer ABCCORP331
  ssgctl report usage --last 1mo --by country,network,price --csv")]
pub(crate) struct UsageArgs {
    /// Group and sort by these columns
    #[arg(long, value_name = "GROUP,…", value_parser = By::of_usage(), value_delimiter = ',', default_value = "customer")]
    by: Vec<By>,

    #[command(flatten)]
    period: ReportPeriodArgs,

    #[command(flatten)]
    filter: TrafficFilterArgs,

    /// Only messages to this country
    #[arg(long, value_name = "CC", add = ArgValueCandidates::new(completion::countries))]
    country: Option<Country>,
}

pub(crate) fn run(args: &UsageArgs, context: &mut Context) -> Result<()> {
    let groups = distinct(&args.by);
    let (calendar, mut keys) = (args.calendar(&groups)?, keys_of(&groups, context));
    keys.extend(["unit", "messages", "parts", "charge"]);
    let by = groups.iter().map(|by| by.group()).collect();
    context.list_columns(&keys, |snapshot, rows: &mut TableWriter<'_, UsageRow>| {
        let filter = args.filter.filter(snapshot)?;
        let question = TrafficQuestion { calendar, by, filter, country: args.country.clone() };
        let (lines, totals) = report::usage(snapshot, &question)?;
        lines.into_iter().try_for_each(|line| rows.row(&UsageRow { line, total_in: None }))?;
        for line in totals {
            rows.total(&UsageRow { line, total_in: Some(keys[0]) });
        }
        Ok(())
    })
}

impl UsageArgs {
    fn calendar(&self, groups: &[By]) -> Result<Calendar> {
        let (grain, zone) = (By::grain_of(groups)?, Zone::UTC);
        let calendar = Calendar { period: self.period.days(&zone)?, grain, zone: zone.time_zone() };
        if calendar.has_too_many_slots() {
            return Err(Failure::usage("the period is longer than a million days"));
        }
        if !calendar.fits(CountedBy::Day) {
            return Err(Failure::usage("charges are counted by days of UTC, and the period begins or ends within one")
                .hint("use whole days, such as --from 2026-11-01 --until 2026-12-01"));
        }
        Ok(calendar)
    }
}
