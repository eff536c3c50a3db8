//! `ssgctl report traffic`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;
use ssgctl::error::quoted;
use ssgctl::model::{Country, Zone};
use ssgctl::report::{
    self, Calendar, CountedBy, TrafficGroup, TrafficLine, TrafficMeasure, TrafficOrder, TrafficQuestion, TrafficReport,
};
use ssgctl::store::{Snapshot, SortField};

use crate::args::completion;
use crate::args::list::PageArgs;
use crate::args::period::{ReportPeriodArgs, ZoneArgs};
use crate::commands::report::columns::layout;
use crate::commands::report::drawing;
use crate::commands::report::drawing::Heading;
use crate::commands::report::groups::{By, WhoseArgs, each_once, keys_of};
use crate::commands::report::row::TrafficRow;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::Output;

/// Show how many messages were sent, and what became of them
///
/// The delivery rate is how many of a hundred messages were delivered, of those whose fate is sealed: all but the pending ones.
/// It is cut off, not rounded, so that 100.0 means every one. Messages count for the time at which they were submitted.
///
/// In tables a last line adds up all that the report is about; other formats leave that to their reader. Tables have columns
/// for the states that there are, and for parts where there are more of them than messages, as far as 80 columns have room; a
/// note tells what has none. Other formats have all.
///
/// By day alone, every day has a line, also one without traffic, and likewise by hour and by month. Traffic is counted by hours of
/// UTC, and that of countries by days of UTC: days and months of a time zone that begin between them cannot be shown.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl report traffic
  ssgctl report traffic --last 24h --by hour --customer ABCCORP331
  ssgctl report traffic --last 1mo --by account --sort messages --desc --limit 20
  ssgctl report traffic --from 2026-11-01 --until 2026-12-01 --by customer,state --csv
  ssgctl report traffic --by country --last 30d --chart
  ssgctl report traffic --by account,day --last 30d --chart sparkline
  ssgctl report traffic --by day --last 30d --customer ABCCORP331 --svg november.svg")]
pub(crate) struct TrafficArgs {
    /// Tell lines apart by these, and order them so
    #[arg(long, value_name = "GROUP,…", value_enum, value_delimiter = ',', default_value = "day")]
    by: Vec<By>,

    #[command(flatten)]
    period: ReportPeriodArgs,

    #[command(flatten)]
    zone: ZoneArgs,

    #[command(flatten)]
    whose: WhoseArgs,

    /// Only messages to this country
    #[arg(long, value_name = "CC", add = ArgValueCandidates::new(completion::countries))]
    country: Option<Country>,

    #[command(flatten)]
    page: PageArgs<Sort>,

    /// Draw bars instead of a table, or a sparkline for each customer, account or what else --by tells apart beside time
    #[arg(long, value_name = "FORM", value_enum, num_args = 0..=1, default_missing_value = "bars", conflicts_with = "svg")]
    chart: Option<Form>,

    /// Draw a picture over time into this new SVG file; - is stdout
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sort", "desc", "limit"])]
    svg: Option<PathBuf>,

    /// Replace the file if it is there
    #[arg(short, long, requires = "svg")]
    force: bool,
}

/// How traffic is drawn in a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A bar for each line of the table, by what became of the messages
    Bars,
    /// A line over time for each of the others
    Sparkline,
}

/// What lines can be sorted by instead.
#[derive(Debug, Clone, Copy)]
enum Sort {
    Messages,
    Parts,
    Delivered,
    Undeliverable,
    Rate,
}

impl SortField for Sort {
    const ALL: &'static [(&'static str, Self)] = &[
        ("messages", Self::Messages),
        ("parts", Self::Parts),
        ("delivered", Self::Delivered),
        ("undeliverable", Self::Undeliverable),
        ("rate", Self::Rate),
    ];
}

pub(crate) fn run(args: &TrafficArgs, context: &mut Context) -> Result<()> {
    let zone = args.zone.zone(context.settings.defaults.zone());
    let calendar = args.calendar(&zone)?;
    args.refuse_impossible_drawings(&calendar, &context.output)?;
    let heading = Heading { title: args.whose.title(), zone: &zone };
    match (&args.svg, args.chart) {
        (Some(file), _) => {
            let report = args.report(calendar, context)?;
            drawing::picture(&report, heading, file, args.force, &mut context.output)
        }
        (None, Some(Form::Bars)) => drawing::bars(&args.report(calendar, context)?, heading, &mut context.output),
        (None, Some(Form::Sparkline)) => {
            let report = context
                .read(|snapshot| report::sparklines(snapshot, &args.question(snapshot, calendar)?, args.order()))?;
            drawing::sparklines(&report, heading, &mut context.output)
        }
        // What a program reads may be longer than memory; it is handed on line by line.
        (None, None) if context.output.is_data() => context.list_among(&args.keys(context), |snapshot, rows| {
            let question = args.question(snapshot, calendar)?;
            report::traffic(snapshot, &question, args.order(), |line| rows.row(&TrafficRow { line, total_in: None }))
                .map(drop)
        }),
        (None, None) => table(args, calendar, context),
    }
}

/// Shows a report as a table, whose columns follow from what its lines add up to.
fn table(args: &TrafficArgs, calendar: Calendar, context: &mut Context) -> Result<()> {
    let keys = args.keys(context);
    context.output.refuse_unknown_fields(&keys)?;
    let TrafficReport { lines, total, .. } = args.report(calendar, context)?;
    let layout = (!context.output.shows_rows()).then(|| layout(&keys, &total));
    let mut rows = context.output.rows_showing(&keys, layout.as_ref().map(|layout| &layout.shown[..]))?;
    lines.into_iter().try_for_each(|line| rows.row(&TrafficRow { line, total_in: None }))?;
    let line = TrafficLine { sums: total, ..TrafficLine::default() };
    rows.total(&TrafficRow { line, total_in: Some(keys[0]) });
    let shows_nothing = rows.end()?;
    context.note_if_empty(shows_nothing);
    let left_out = layout.map(|layout| layout.left_out).unwrap_or_default();
    if !left_out.is_empty() {
        let sums: Vec<String> = left_out.iter().map(|(key, sum)| format!("{sum} {key}")).collect();
        context
            .note(&format!("the table has no room for {}; --fields and other formats have them", sums.join(" and ")));
    }
    Ok(())
}

impl TrafficArgs {
    fn calendar(&self, zone: &Zone) -> Result<Calendar> {
        let grain = By::grain_of(&self.by)?;
        let period = self.period.period(zone)?;
        let calendar = Calendar { period, grain, zone: zone.time_zone() };
        let by_country = self.country.is_some() || self.by.contains(&By::Country);
        let (counted, what, units) = if by_country {
            (CountedBy::Day, "traffic of countries", "days")
        } else {
            (CountedBy::Hour, "traffic", "full hours")
        };
        if calendar.has_too_many_slots() {
            return Err(
                Failure::usage("the period has more than a million lines").hint("shorten it, or use --by month")
            );
        }
        if !calendar.fits(counted) {
            let zone = quoted(zone);
            let message = format!(
                "in {zone} the period or a part of it begins or ends between the {units} of UTC by which {what} is counted"
            );
            return Err(Failure::usage(message).hint(format!("a period of {units} with --timezone UTC can be shown")));
        }
        Ok(calendar)
    }

    /// Refuses drawings that cannot be made, before anything is read.
    fn refuse_impossible_drawings(&self, calendar: &Calendar, output: &Output) -> Result<()> {
        // A picture in a file has a receipt, which may have any format.
        let has_receipt = self.svg.as_ref().is_some_and(|file| file != Path::new("-"));
        if (self.chart.is_some() || self.svg.is_some()) && output.is_data() && !has_receipt {
            return Err(Failure::usage("a chart is for reading and has no other format").hint("leave out --output"));
        }
        if self.chart == Some(Form::Sparkline) && calendar.grain.is_none() {
            return Err(Failure::usage("a sparkline draws traffic over time")
                .hint("use --by hour, day or month, alone or with others")
                .field("chart"));
        }
        if self.svg.is_some() && self.groups() != [TrafficGroup::Time] {
            return Err(Failure::usage("--svg draws traffic over time")
                .hint("use --by hour, day or month")
                .field("svg"));
        }
        Ok(())
    }

    /// What lines are told apart by. A drawing shows the states within each bar.
    fn groups(&self) -> Vec<TrafficGroup> {
        let stacks_states = self.svg.is_some() || self.chart == Some(Form::Bars);
        let groups = each_once(&self.by).into_iter().map(By::group);
        groups.filter(|group| !stacks_states || *group != TrafficGroup::State).collect()
    }

    fn question(&self, snapshot: &Snapshot<'_>, calendar: Calendar) -> ssgctl::Result<TrafficQuestion> {
        let (filter, country) = (self.whose.filter(snapshot)?, self.country.clone());
        Ok(TrafficQuestion { calendar, by: self.groups(), filter, country })
    }

    fn order(&self) -> TrafficOrder {
        let PageArgs { sort, desc, limit } = &self.page;
        TrafficOrder { measure: sort.map(TrafficMeasure::from), descending: *desc, limit: *limit }
    }

    fn report(&self, calendar: Calendar, context: &mut Context) -> Result<TrafficReport> {
        context.read(|snapshot| report::traffic_report(snapshot, self.question(snapshot, calendar)?, self.order()))
    }

    /// The columns of the lines.
    fn keys(&self, context: &Context) -> Vec<&'static str> {
        let groups = each_once(&self.by);
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

impl From<Sort> for TrafficMeasure {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Messages => Self::Messages,
            Sort::Parts => Self::Parts,
            Sort::Delivered => Self::Delivered,
            Sort::Undeliverable => Self::Undeliverable,
            Sort::Rate => Self::Rate,
        }
    }
}
