//! The period to which a search is narrowed.

use std::str::FromStr;

use clap::Args;
use jiff::civil::Date;
use ssgctl::model::{Invalid, Time, Zone};
use ssgctl::report::Period;

use crate::args::period::{Last, Moment, ZoneArgs};

/// A day by its date.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day(Date);

impl FromStr for Day {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.parse().map(Self).map_err(|_| Invalid::rule("must be a day such as 2026-11-24"))
    }
}

/// The options that narrow a search to a period.
#[derive(Debug, Clone, Args)]
pub(crate) struct SearchArgs {
    /// Only on this day
    #[arg(long, value_name = "DAY", conflicts_with_all = ["from", "until", "last"])]
    day: Option<Day>,

    /// Only from this time or day on, or as recent as this, such as 7d
    #[arg(long, value_name = "TIME", conflicts_with = "last")]
    from: Option<Moment>,

    /// Only before this time or day
    #[arg(long, visible_alias = "to", value_name = "TIME", conflicts_with = "last")]
    until: Option<Moment>,

    /// Only the last hours, days, weeks or months, this one included: 24h, 7d, 2w, 3mo
    #[arg(long, value_name = "SPAN")]
    last: Option<Last>,

    #[command(flatten)]
    zone: ZoneArgs,
}

impl SearchArgs {
    /// When the period begins and when it has ended, where it has such bounds.
    pub(crate) fn bounds(&self, usual: Zone) -> ssgctl::Result<(Option<Time>, Option<Time>)> {
        let zone = self.zone.zone(usual);
        if let Some(last) = self.last {
            let Period { from, until } = last.period(&zone)?;
            return Ok((Some(from), Some(until)));
        }
        let day = self.day.map(|day| Moment::Day(day.0));
        let begins = self.from.or(day).map(|moment| moment.beginning(&zone));
        let ends = day.map(|day| day.end(&zone)).or(self.until.map(|moment| moment.beginning(&zone)));
        Ok((begins.transpose()?, ends.transpose()?))
    }
}
