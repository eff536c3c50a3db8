//! Options that limit a search to a period.

use std::str::FromStr;

use clap::Args;
use jiff::civil::Date;
use ssgctl::model::{Invalid, Time, Zone, parse_date};
use ssgctl::report::Period;

use crate::args::period::{Last, Moment, ZoneArgs};

/// A day, such as `2026-11-24`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day(Date);

impl FromStr for Day {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        parse_date(text)?.map(Self).ok_or_else(|| Invalid::rule("must be a date such as 2026-11-24"))
    }
}

/// The options that limit a search to a period.
#[derive(Debug, Clone, Args)]
pub(crate) struct SearchArgs {
    /// Only messages of this day
    #[arg(long, value_name = "DAY", conflicts_with_all = ["from", "until", "last"])]
    day: Option<Day>,

    /// Only from this time, date or age on, such as 7d
    #[arg(long, value_name = "TIME", conflicts_with = "last")]
    from: Option<Moment>,

    /// Only before this time, date or age
    #[arg(long, visible_alias = "to", value_name = "TIME", conflicts_with = "last")]
    until: Option<Moment>,

    /// Only the last hours, days, weeks or months, including the current one: 24h, 7d, 2w, 3mo
    #[arg(long, value_name = "SPAN")]
    last: Option<Last>,

    #[command(flatten)]
    zone: ZoneArgs,
}

impl SearchArgs {
    /// The start and the exclusive end of the period, where it has them.
    pub(crate) fn bounds(&self, default_zone: Zone) -> (Option<Time>, Option<Time>) {
        let zone = self.zone.zone(default_zone);
        if let Some(last) = self.last {
            let Period { from, until } = last.period(&zone);
            return (Some(from), Some(until));
        }
        let day = self.day.map(|day| Moment::Day(day.0));
        let start = self.from.or(day).map(|moment| moment.start(&zone));
        let end = day.map(|day| day.end(&zone)).or(self.until.map(|moment| moment.start(&zone)));
        (start, end)
    }
}
