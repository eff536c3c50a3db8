//! `ssgctl report traffic`.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;
use ssgctl::error::{count, quoted};
use ssgctl::model::{Country, Time};
use ssgctl::report::{self, Calendar, Chart, CountedBy, Group, Period, Sums, TrafficLine, TrafficQuestion};
use ssgctl::store::Snapshot;

use crate::complete;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::list::PageArgs;
use crate::output::{Cell, MOST_BARS, draw, write_file};
use crate::period::{ReportPeriodArgs, Zone, ZoneArgs};
use crate::report::groups::{By, WhoseArgs, each_once, keys_of};
use crate::report::row::TrafficRow;

/// Show how many messages were sent, and what became of them
///
/// The delivery rate is how many of a hundred messages were delivered, of those whose fate is sealed: all but the pending ones.
/// It is cut off, not rounded, so that 100.0 means every one. Messages count for the time at which they were submitted.
///
/// In tables a last line adds up all that the report is about; other formats leave that to their reader. They have parts and
/// rejected messages as well, for which tables ask --fields.
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
    #[arg(long, value_name = "CC", add = ArgValueCandidates::new(complete::countries))]
    country: Option<Country>,

    #[command(flatten)]
    page: PageArgs<Sort>,

    /// Draw bars instead of a table
    #[arg(long, conflicts_with = "svg")]
    chart: bool,

    /// Draw a picture over time into this new SVG file; - is stdout
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sort", "desc", "limit"])]
    svg: Option<PathBuf>,

    /// Replace the file if it is there
    #[arg(short, long, requires = "svg")]
    force: bool,
}

/// What lines can be sorted by instead.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Sort {
    Messages,
    Parts,
    Delivered,
    Undeliverable,
    Rate,
}

pub(crate) fn run(args: &TrafficArgs, context: &mut Context) -> Result<()> {
    let zone = args.zone.zone(&context.settings);
    let calendar = args.calendar(&zone)?;
    if args.chart || args.svg.is_some() {
        return draw_it(args, calendar, &zone, context);
    }
    let keys = args.keys(context);
    context.list_among(&keys, |snapshot, rows| {
        let question = args.question(snapshot, calendar)?;
        let total = args.lines(snapshot, &question, |line| rows.row(&TrafficRow { line, total_in: None }))?;
        let line = TrafficLine { sums: total, ..TrafficLine::default() };
        rows.total(&TrafficRow { line, total_in: Some(keys[0]) });
        Ok(())
    })
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
        if calendar.is_endless() {
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

    fn question(&self, snapshot: &Snapshot<'_>, calendar: Calendar) -> ssgctl::Result<TrafficQuestion> {
        let by = each_once(&self.by).into_iter().map(By::group).collect();
        Ok(TrafficQuestion { calendar, by, filter: self.whose.filter(snapshot)?, country: self.country.clone() })
    }

    /// The lines in the order asked for, as many as are wanted, and the sums of all.
    fn lines<E: From<ssgctl::Error>>(
        &self,
        snapshot: &Snapshot<'_>,
        question: &TrafficQuestion,
        mut each: impl FnMut(TrafficLine) -> Result<(), E>,
    ) -> Result<Sums, E> {
        let most = self.page.limit.unwrap_or(u64::MAX);
        if self.page.sort.is_none() && !self.page.desc {
            let mut count = 0;
            return report::traffic(snapshot, question, |line| {
                count += 1;
                if count > most { Ok(()) } else { each(line) }
            });
        }
        let mut lines = Vec::new();
        let total = report::traffic(snapshot, question, |line| {
            lines.push(line);
            Ok::<_, ssgctl::Error>(())
        })?;
        match self.page.sort {
            Some(sort) if self.page.desc => lines.sort_by_key(|line| Reverse(sort.measure(&line.sums))),
            Some(sort) => lines.sort_by_key(|line| sort.measure(&line.sums)),
            None => lines.reverse(),
        }
        lines.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        lines.into_iter().try_for_each(each)?;
        Ok(total)
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

impl Sort {
    fn measure(self, sums: &Sums) -> i64 {
        use ssgctl::model::MessageState::{Delivered, Undeliverable};
        match self {
            Self::Messages => sums.messages(),
            Self::Parts => sums.parts,
            Self::Delivered => sums.counts.of(Delivered),
            Self::Undeliverable => sums.counts.of(Undeliverable),
            Self::Rate => sums.delivered_per_mille().map_or(-1, u64::cast_signed),
        }
    }
}

/// Draws bars on the terminal, or a picture into a file.
fn draw_it(args: &TrafficArgs, calendar: Calendar, zone: &Zone, context: &mut Context) -> Result<()> {
    // A picture in a file has a receipt, which may have any format.
    let has_receipt = args.svg.as_ref().is_some_and(|file| file != Path::new("-"));
    if context.output.is_data() && !has_receipt {
        return Err(Failure::usage("a chart is for reading and has no other format").hint("leave out --output"));
    }
    let by: Vec<Group> = each_once(&args.by).into_iter().map(By::group).filter(|by| *by != Group::State).collect();
    if args.svg.is_some() && by != [Group::Time] {
        return Err(Failure::usage("--svg draws traffic over time").hint("use --by hour, day or month").field("svg"));
    }
    let chart = context.read(|snapshot| {
        let question = TrafficQuestion { by, ..args.question(snapshot, calendar)? };
        let mut lines = Vec::new();
        let total = args.lines(snapshot, &question, |line| {
            lines.push(line);
            Ok::<_, ssgctl::Error>(())
        })?;
        let subtitle = subtitle(&question.calendar, zone, &total);
        Ok(report::traffic_chart(args.whose.title(), subtitle, &question.by, &lines))
    })?;
    match &args.svg {
        Some(file) => write_svg(&chart, file, args.force, context),
        None => context.output.chart(&chart),
    }
}

/// What the title of a chart leaves open: when, and how much came through.
fn subtitle(calendar: &Calendar, zone: &Zone, total: &Sums) -> String {
    let day = |time: Time| time.timestamp().to_zoned_datetime(zone.time_zone()).strftime("%Y-%m-%d %H:%M").to_string();
    let Period { from, until } = calendar.period;
    let rate = match Cell::percent(total.delivered_per_mille()) {
        Cell::Empty => String::new(),
        rate => format!(", {} % delivered", rate.for_data()),
    };
    let messages = count(total.messages().unsigned_abs(), "message");
    format!("{} to {} {zone}: {messages}{rate}", day(from), day(until))
}

/// Writes a chart as a picture, into a new file or to stdout.
fn write_svg(chart: &Chart, file: &Path, force: bool, context: &mut Context) -> Result<()> {
    if chart.bars.len() > MOST_BARS {
        let message = format!("the picture would have {} bars, and has room for {MOST_BARS}", chart.bars.len());
        return Err(Failure::usage(message).hint("shorten the period, or use --by day or month").field("svg"));
    }
    let picture = draw(chart);
    if file == Path::new("-") {
        return context.output.text(picture.as_bytes());
    }
    write_file(file, force, picture.as_bytes())?;
    context.output.value("path", &file.display().to_string())
}
