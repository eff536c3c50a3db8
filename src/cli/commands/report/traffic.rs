//! `ssgctl report traffic`: one report as a table, as data, as bars, as sparklines or as SVG.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;
use ssgctl::error::quoted;
use ssgctl::model::{Country, Zone};
use ssgctl::report::{
    self, Calendar, CountedBy, TrafficGroup, TrafficLine, TrafficMeasure, TrafficOrder, TrafficQuestion, TrafficReport,
};
use ssgctl::store::Snapshot;

use crate::args::completion;
use crate::args::list::PageArgs;
use crate::args::period::{ReportPeriodArgs, ZoneArgs};
use crate::commands::report::columns::with_values;
use crate::commands::report::comparison;
use crate::commands::report::drawing;
use crate::commands::report::drawing::Heading;
use crate::commands::report::groups::{By, TrafficFilterArgs, distinct, keys_of};
use crate::commands::report::row::TrafficRow;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::Output;

/// Report how many messages were submitted, and their delivery states
///
/// Messages count at the time they were submitted. The delivery rate is the percentage delivered of all messages that
/// are no longer pending. It is truncated, not rounded, so 100.0 means every one.
///
/// Tables end with a line of totals; other formats have none. Tables have columns only for states that occur, and for
/// parts only if they differ from the messages. Other formats have all fields.
///
/// With --by day alone, every day has a line, even without traffic. The same is true for hour and month. Traffic is
/// counted by quarter hour, of which the hours and days of every time zone consist, and traffic by country or network by
/// UTC day. A period, day or month that does not consist of these is refused.
///
/// With --compare, the period before is as many whole months or days, else as long: October for November, and the week
/// before for a week. Hours, days and months are compared by their order.
///
/// The network is the one that the traffic file named, by MCC and MNC; it is empty if the file named none.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl report traffic
  ssgctl report traffic --last 24h --by hour --customer ABCCORP331
  ssgctl report traffic --last 1mo --by account --sort messages --desc --limit 20
  ssgctl report traffic --from 2026-11-01 --until 2026-12-01 --by customer,state --csv
  ssgctl report traffic --period 2026-11 --by customer --compare
  ssgctl report traffic --by country --last 30d --chart
  ssgctl report traffic --by country,network --last 30d
  ssgctl report traffic --by account,day --last 30d --chart sparkline
  ssgctl report traffic --by day --last 30d --customer ABCCORP331 --svg november.svg")]
pub(crate) struct TrafficArgs {
    /// Group and sort by these columns
    #[arg(long, value_name = "GROUP,…", value_parser = By::of_traffic(), value_delimiter = ',', default_value = "day")]
    by: Vec<By>,

    #[command(flatten)]
    period: ReportPeriodArgs,

    #[command(flatten)]
    zone: ZoneArgs,

    #[command(flatten)]
    filter: TrafficFilterArgs,

    /// Only messages to this country
    #[arg(long, value_name = "CC", add = ArgValueCandidates::new(completion::countries))]
    country: Option<Country>,

    /// Show each line next to that of the period before, with the difference and the change in per cent
    #[arg(long, conflicts_with_all = ["chart", "svg", "sort", "desc", "limit"])]
    compare: bool,

    #[command(flatten)]
    page: PageArgs<TrafficMeasure>,

    /// Draw bars instead of a table, or a sparkline over time for each other group of --by
    #[arg(long, value_name = "CHART", value_enum, num_args = 0..=1, default_missing_value = "bars", conflicts_with = "svg")]
    chart: Option<ChartKind>,

    /// Draw a chart over time to this new SVG file; - is stdout
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sort", "desc", "limit"])]
    svg: Option<PathBuf>,

    /// Replace an existing file
    #[arg(short, long, requires = "svg")]
    force: bool,
}

/// How traffic is drawn on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ChartKind {
    /// A bar for each line of the table, divided by delivery state
    Bars,
    /// A line over time for each other group
    Sparkline,
}

pub(crate) fn run(args: &TrafficArgs, context: &mut Context) -> Result<()> {
    let zone = args.zone.zone(context.settings.defaults.zone());
    let calendar = args.calendar(&zone)?;
    args.refuse_impossible_drawings(&calendar, &context.output)?;
    let heading = Heading { title: args.filter.title(), zone: &zone };
    match (&args.svg, args.chart) {
        (Some(file), _) => {
            let report = args.report(calendar, context)?;
            drawing::picture(&report, heading, file, args.force, &mut context.output)
        }
        (None, Some(ChartKind::Bars)) => drawing::bars(&args.report(calendar, context)?, heading, &mut context.output),
        (None, Some(ChartKind::Sparkline)) => {
            let report = context
                .read(|snapshot| report::sparklines(snapshot, &args.question(snapshot, calendar)?, args.order()))?;
            drawing::sparklines(&report, heading, &mut context.output)
        }
        (None, None) if args.compare => compare(args, calendar, &zone, context),
        // Data may be larger than memory, so it is written line by line.
        (None, None) if context.output.is_data() => context.list_columns(&args.keys(context), |snapshot, rows| {
            let question = args.question(snapshot, calendar)?;
            report::traffic(snapshot, &question, args.order(), |line| rows.row(&TrafficRow { line, total_in: None }))
                .map(drop)
        }),
        (None, None) => table(args, calendar, context),
    }
}

/// Prints each line next to that of the period before.
fn compare(args: &TrafficArgs, calendar: Calendar, zone: &Zone, context: &mut Context) -> Result<()> {
    let before = args.counted(Calendar { period: calendar.period.before(&calendar.zone), ..calendar.clone() }, zone)?;
    let period = before.period;
    let keys = comparison::keys(keys_of(&distinct(&args.by), context));
    context.output.refuse_unknown_fields(&keys)?;
    let comparison =
        context.read(|snapshot| report::compare_traffic(snapshot, args.question(snapshot, calendar)?, before))?;
    comparison::print(comparison, &keys, (period, zone), context)
}

/// Prints a report as a table. Its columns depend on the totals, so all lines are read first.
fn table(args: &TrafficArgs, calendar: Calendar, context: &mut Context) -> Result<()> {
    let keys = args.keys(context);
    context.output.refuse_unknown_fields(&keys)?;
    let TrafficReport { lines, total, .. } = args.report(calendar, context)?;
    let shown = (!context.output.wants_rows()).then(|| with_values(&keys, &total));
    let mut rows = context.output.table(&keys, shown.as_deref())?;
    lines.into_iter().try_for_each(|line| rows.row(&TrafficRow { line, total_in: None }))?;
    let line = TrafficLine { sums: total, ..TrafficLine::default() };
    rows.total(&TrafficRow { line, total_in: Some(keys[0]) });
    let is_empty = rows.end()?;
    context.note_if_empty(is_empty);
    Ok(())
}

impl TrafficArgs {
    fn calendar(&self, zone: &Zone) -> Result<Calendar> {
        let grain = By::grain_of(&self.by)?;
        let period = self.period.period(zone)?;
        self.counted(Calendar { period, grain, zone: zone.time_zone() }, zone)
    }

    /// Refuses a period that cannot be answered from what is counted.
    fn counted(&self, calendar: Calendar, zone: &Zone) -> Result<Calendar> {
        let (counted, what, units) = if self.by.contains(&By::Network) {
            (CountedBy::Day, "traffic by network", "days")
        } else if self.country.is_some() || self.by.contains(&By::Country) {
            (CountedBy::Day, "traffic by country", "days")
        } else {
            (CountedBy::Quarter, "traffic", "quarter hours")
        };
        if calendar.has_too_many_slots() {
            return Err(
                Failure::usage("the period has more than a million lines").hint("shorten it, or use --by month")
            );
        }
        if !calendar.fits(counted) {
            let zone = quoted(zone);
            let message = format!(
                "{what} is counted by {units} of UTC, but in {zone} the period or a part of it does not start on one"
            );
            return Err(Failure::usage(message).hint(format!("use a period of {units} and --timezone UTC")));
        }
        Ok(calendar)
    }

    /// Refuses drawings that make no sense, before anything is read.
    fn refuse_impossible_drawings(&self, calendar: &Calendar, output: &Output) -> Result<()> {
        // With an SVG file, stdout has only the path of the file, which can have any format.
        let prints_path = self.svg.as_ref().is_some_and(|file| file != Path::new("-"));
        if (self.chart.is_some() || self.svg.is_some()) && output.is_data() && !prints_path {
            return Err(Failure::usage("a chart has no data format").hint("drop the output format, such as --json"));
        }
        if self.chart == Some(ChartKind::Sparkline) && calendar.grain.is_none() {
            return Err(Failure::usage("a sparkline needs a unit of time")
                .hint("use --by hour, day or month, alone or with others")
                .field("chart"));
        }
        if self.svg.is_some() && self.groups() != [TrafficGroup::Time] {
            return Err(Failure::usage("--svg needs a unit of time and no other group")
                .hint("use --by hour, day or month")
                .field("svg"));
        }
        Ok(())
    }

    /// The groups of the report. Bars are divided by state anyway, so they do not also group by it.
    fn groups(&self) -> Vec<TrafficGroup> {
        let stacks_states = self.svg.is_some() || self.chart == Some(ChartKind::Bars);
        let groups = distinct(&self.by).into_iter().map(By::group);
        groups.filter(|group| !stacks_states || *group != TrafficGroup::State).collect()
    }

    fn question(&self, snapshot: &Snapshot<'_>, calendar: Calendar) -> ssgctl::Result<TrafficQuestion> {
        let (filter, country) = (self.filter.filter(snapshot)?, self.country.clone());
        Ok(TrafficQuestion { calendar, by: self.groups(), filter, country })
    }

    fn order(&self) -> TrafficOrder {
        let PageArgs { sort, desc, limit } = &self.page;
        TrafficOrder { measure: *sort, descending: *desc, limit: *limit }
    }

    fn report(&self, calendar: Calendar, context: &mut Context) -> Result<TrafficReport> {
        context.read(|snapshot| report::traffic_report(snapshot, self.question(snapshot, calendar)?, self.order()))
    }

    /// The columns of the report.
    fn keys(&self, context: &Context) -> Vec<&'static str> {
        let groups = distinct(&self.by);
        let mut keys = keys_of(&groups, context);
        keys.push("messages");
        if !groups.contains(&By::State) {
            keys.push("parts");
            keys.extend(report::STATES.iter().map(|state| state.as_str()));
            keys.push("rate");
        }
        keys
    }
}
