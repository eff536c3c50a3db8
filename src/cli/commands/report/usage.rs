//! `ssgctl report usage`.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::{Country, Zone};
use ssgctl::report::{self, Calendar, CountedBy, TrafficQuestion};

use crate::args::completion;
use crate::args::period::ReportPeriodArgs;
use crate::commands::report::groups::{By, WhoseArgs, each_once, keys_of};
use crate::commands::report::row::UsageRow;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::TableWriter;

/// Show what was charged for traffic, in each unit
///
/// Charges count for the days of UTC on which their messages were submitted, whenever those were imported; those of an import
/// that is not finished yet are among them. What it cost the gateway, and so the margin, is not known here. Rejected messages are
/// counted and cost nothing. Reversals and other changes of balances are in `ssgctl report statement`.
///
/// In tables a last line for each unit adds up all that the report is about; other formats leave that to their reader.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl report usage --last 1mo
  ssgctl report usage --from 2026-11-01 --until 2026-12-01 --by month,customer --csv
  ssgctl report usage --last 3mo --by month,account --customer ABCCORP331
  ssgctl report usage --last 30d --by country --service standard")]
pub(crate) struct UsageArgs {
    /// Tell lines apart by these, and order them so
    #[arg(long, value_name = "GROUP,…", value_parser = By::of_days(), value_delimiter = ',', default_value = "customer")]
    by: Vec<By>,

    #[command(flatten)]
    period: ReportPeriodArgs,

    #[command(flatten)]
    whose: WhoseArgs,

    /// Only messages to this country
    #[arg(long, value_name = "CC", add = ArgValueCandidates::new(completion::countries))]
    country: Option<Country>,
}

pub(crate) fn run(args: &UsageArgs, context: &mut Context) -> Result<()> {
    let groups = each_once(&args.by);
    let (calendar, mut keys) = (args.calendar(&groups)?, keys_of(&groups, context));
    keys.extend(["unit", "messages", "parts", "charge"]);
    let by = groups.iter().map(|by| by.group()).collect();
    context.list_among(&keys, |snapshot, rows: &mut TableWriter<'_, UsageRow>| {
        let filter = args.whose.filter(snapshot)?;
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
            return Err(Failure::usage("the period has more than a million days"));
        }
        if !calendar.fits(CountedBy::Day) {
            return Err(Failure::usage(
                "charges are counted by days of UTC, and the period begins or ends between them",
            )
            .hint("give days, such as --from 2026-11-01 --until 2026-12-01"));
        }
        Ok(calendar)
    }
}
