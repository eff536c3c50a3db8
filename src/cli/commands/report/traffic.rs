//! `ssgctl report traffic`.

use std::cmp::Reverse;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;
use ssgctl::error::quoted;
use ssgctl::model::{Country, MessageState, Zone};
use ssgctl::report::{self, Calendar, CountedBy, Sums, TrafficLine, TrafficQuestion};
use ssgctl::store::Snapshot;

use crate::args::completion;
use crate::args::list::PageArgs;
use crate::args::period::{ReportPeriodArgs, ZoneArgs};
use crate::commands::report::columns::{Layout, layout};
use crate::commands::report::drawing;
use crate::commands::report::groups::{By, WhoseArgs, each_once, keys_of};
use crate::commands::report::row::TrafficRow;
use crate::context::Context;
use crate::exit::{Failure, Result};

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
    pub(super) by: Vec<By>,

    #[command(flatten)]
    period: ReportPeriodArgs,

    #[command(flatten)]
    zone: ZoneArgs,

    #[command(flatten)]
    pub(super) whose: WhoseArgs,

    /// Only messages to this country
    #[arg(long, value_name = "CC", add = ArgValueCandidates::new(completion::countries))]
    country: Option<Country>,

    #[command(flatten)]
    page: PageArgs<Sort>,

    /// Draw bars instead of a table, or a sparkline for each customer, account or what else --by tells apart beside time
    #[arg(long, value_name = "FORM", value_enum, num_args = 0..=1, default_missing_value = "bars", conflicts_with = "svg")]
    pub(super) chart: Option<Form>,

    /// Draw a picture over time into this new SVG file; - is stdout
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sort", "desc", "limit"])]
    pub(super) svg: Option<PathBuf>,

    /// Replace the file if it is there
    #[arg(short, long, requires = "svg")]
    pub(super) force: bool,
}

/// How traffic is drawn in a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// A bar for each line of the table, by what became of the messages
    Bars,
    /// A line over time for each of the others
    Sparkline,
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
    let zone = args.zone.zone(context.settings.defaults.zone());
    let calendar = args.calendar(&zone)?;
    if args.chart.is_some() || args.svg.is_some() {
        return drawing::run(args, calendar, &zone, context);
    }
    let keys = args.keys(context);
    let layout = args.layout(&keys, &calendar, context)?;
    context.list_showing(&keys, layout.as_ref().map(|layout| &layout.shown[..]), |snapshot, rows| {
        let question = args.question(snapshot, calendar)?;
        let total = args.lines(snapshot, &question, |line| rows.row(&TrafficRow { line, total_in: None }))?;
        let line = TrafficLine { sums: total, ..TrafficLine::default() };
        rows.total(&TrafficRow { line, total_in: Some(keys[0]) });
        Ok(())
    })?;
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

    pub(super) fn question(&self, snapshot: &Snapshot<'_>, calendar: Calendar) -> ssgctl::Result<TrafficQuestion> {
        let by = each_once(&self.by).into_iter().map(By::group).collect();
        Ok(TrafficQuestion { calendar, by, filter: self.whose.filter(snapshot)?, country: self.country.clone() })
    }

    /// The lines in the order asked for, as many as are wanted, and the sums of all.
    pub(super) fn lines<E: From<ssgctl::Error>>(
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
        self.arrange(&mut lines, |line| &line.sums);
        lines.into_iter().try_for_each(each)?;
        Ok(total)
    }

    /// Puts lines in the order asked for, and keeps as many as are wanted.
    pub(super) fn arrange<T>(&self, lines: &mut Vec<T>, sums: impl Fn(&T) -> &Sums) {
        match self.page.sort {
            Some(sort) if self.page.desc => lines.sort_by_key(|line| Reverse(sort.measure(sums(line)))),
            Some(sort) => lines.sort_by_key(|line| sort.measure(sums(line))),
            None if self.page.desc => lines.reverse(),
            None => {}
        }
        lines.truncate(self.page.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX));
    }

    /// The columns of a table, for which what all its lines add up to must be known.
    fn layout(&self, keys: &[&'static str], calendar: &Calendar, context: &mut Context) -> Result<Option<Layout>> {
        if context.output.shows_rows() {
            return Ok(None);
        }
        let calendar = Calendar { grain: None, ..calendar.clone() };
        let total = context.read(|snapshot| {
            let question = TrafficQuestion { by: Vec::new(), ..self.question(snapshot, calendar)? };
            report::traffic(snapshot, &question, |_| Ok::<_, ssgctl::Error>(()))
        })?;
        Ok(Some(layout(keys, &total)))
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
        match self {
            Self::Messages => sums.messages(),
            Self::Parts => sums.parts,
            Self::Delivered => sums.counts.of(MessageState::Delivered),
            Self::Undeliverable => sums.counts.of(MessageState::Undeliverable),
            Self::Rate => sums.delivered_per_mille().map_or(-1, u64::cast_signed),
        }
    }
}
