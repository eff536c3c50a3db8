//! The time from which a price, a plan or a service counts, on the command line.

use std::convert::Infallible;
use std::str::FromStr;

use clap::Args;
use jiff::civil::{Date, DateTime};
use jiff::tz::AmbiguousOffset;
use ssgctl::error::quoted;
use ssgctl::model::{EffectiveFrom, Invalid, Time, Zone, not_in_calendar};

use crate::args::period::{Moment, ZoneArgs};
use crate::context::Context;
use crate::error_codes::ErrorCode;
use crate::exit::{Failure, Result};
use crate::exit_codes::Exit;

/// A time with an offset, a date, a time of a zone, or `beginning`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum EffectiveTime {
    Beginning,
    Time(Time),
    Day(Date),
    /// What the clocks of a zone show.
    Local(DateTime),
}

impl FromStr for EffectiveTime {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.eq_ignore_ascii_case("beginning") {
            return Ok(Self::Beginning);
        }
        if let Some(rule) = not_in_calendar(text) {
            return Err(rule);
        }
        let time = text.parse().map(Self::Time).ok();
        let day = || text.parse().map(Self::Day).ok().filter(|_| text.len() == "2026-12-01".len());
        let local = || text.parse().map(Self::Local).ok().filter(|_| text.len() > "2026-12-01".len());
        time.or_else(day).or_else(local).ok_or_else(|| {
            Invalid::rule(
                "must be a date such as 2026-12-01, a time such as 2026-12-01T06:00 or 2026-12-01T06:00:00+01:00, or `beginning`",
            )
        })
    }
}

impl EffectiveTime {
    /// The time in a zone; `None` is the beginning of all times.
    pub(crate) fn resolve(self, zone: &Zone) -> Result<Option<Time>> {
        match self {
            Self::Beginning => Ok(None),
            Self::Time(time) => Ok(Some(time)),
            Self::Day(day) => Ok(Some(Moment::Day(day).start(zone))),
            Self::Local(local) => of_clocks(local, zone).map(Some),
        }
    }
}

/// The time at which the clocks of a zone show a date and time.
fn of_clocks(local: DateTime, zone: &Zone) -> Result<Time> {
    let ambiguous = zone.time_zone().to_ambiguous_timestamp(local);
    let refused = |message: String, hint: String| {
        Err(Failure::new(ErrorCode::BadValue, message).exit(Exit::Usage).field("effective").hint(hint))
    };
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => {
            ambiguous.compatible().map(Time::from_timestamp).map_err(|error| Failure::usage(error.to_string()))
        }
        AmbiguousOffset::Fold { before, after } => refused(
            format!("{} comes twice in {zone}, where the clocks go back", quoted(local)),
            format!("write {local}{} for the first time, or {local}{} for the second", offset(before), offset(after)),
        ),
        AmbiguousOffset::Gap { before, .. } => refused(
            format!("{} does not exist in {zone}, where the clocks go forward", quoted(local)),
            format!("choose another time, or write it with its offset, such as {local}{}", offset(before)),
        ),
    }
}

/// An offset as RFC 3339 writes it, such as `+01:00`.
fn offset(offset: jiff::tz::Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// The options that say from when a change counts.
#[derive(Debug, Clone, Args)]
pub(crate) struct EffectiveArgs {
    /// From when it counts: a date (its first second), a time, or `beginning` [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) effective: Option<EffectiveTime>,

    #[command(flatten)]
    pub(crate) zone: ZoneArgs,
}

impl EffectiveArgs {
    /// The time; an error if one is given and nothing that it could be of.
    pub(crate) fn of(&self, options: &str, is_given: bool, context: &Context) -> Result<EffectiveFrom> {
        match self.resolve(context)? {
            EffectiveFrom::Now => Ok(EffectiveFrom::Now),
            _ if !is_given => Err(Failure::usage(format!("--effective needs {options}"))),
            from => Ok(from),
        }
    }

    /// The time.
    pub(crate) fn resolve(&self, context: &Context) -> Result<EffectiveFrom> {
        let zone = self.zone.zone(context.settings.defaults.zone());
        Ok(match self.effective.map(|effective| effective.resolve(&zone)).transpose()? {
            None => EffectiveFrom::Now,
            Some(time) => time.map_or(EffectiveFrom::Beginning, EffectiveFrom::Time),
        })
    }
}

/// The plan of an overlay, or `none`.
#[derive(Debug, Clone)]
pub(crate) struct OverlayPlan(pub(crate) Option<String>);

impl FromStr for OverlayPlan {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(Some(text.to_owned()).filter(|text| !text.eq_ignore_ascii_case("none"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str, zone: &str) -> Result<Option<String>> {
        let time = text.parse::<EffectiveTime>().expect(text).resolve(&zone.parse().expect(zone))?;
        Ok(time.map(|time| time.to_string()))
    }

    #[test]
    fn a_date_is_its_first_second_and_a_time_without_offset_one_of_the_zone() {
        for (text, zone, time) in [
            ("2026-12-01", "UTC", "2026-12-01T00:00:00.000Z"),
            ("2026-07-01", "Europe/London", "2026-06-30T23:00:00.000Z"),
            ("2026-07-01T06:00", "Europe/London", "2026-07-01T05:00:00.000Z"),
            ("2026-07-01 06:00:30", "Europe/London", "2026-07-01T05:00:30.000Z"),
            ("2026-07-01T06:00:00+02:00", "Europe/London", "2026-07-01T04:00:00.000Z"),
            ("2026-10-25T01:30:00+01:00", "Europe/London", "2026-10-25T00:30:00.000Z"),
            ("2026-10-25T01:30:00+00:00", "Europe/London", "2026-10-25T01:30:00.000Z"),
        ] {
            assert_eq!(resolved(text, zone).expect(text).as_deref(), Some(time), "{text} {zone}");
        }
        assert_eq!(resolved("BEGINNING", "UTC").expect("valid"), None);
    }

    #[test]
    fn an_hour_that_comes_twice_or_never_is_refused() {
        let twice = resolved("2026-10-25T01:30", "Europe/London").expect_err("ambiguous").with_hint();
        assert_eq!(
            twice,
            "`2026-10-25T01:30:00` comes twice in Europe/London, where the clocks go back; write \
             2026-10-25T01:30:00+01:00 for the first time, or 2026-10-25T01:30:00+00:00 for the second"
        );
        let never = resolved("2026-03-29T01:30", "Europe/London").expect_err("a gap").with_hint();
        assert!(never.starts_with("`2026-03-29T01:30:00` does not exist in Europe/London"), "{never}");
    }

    #[test]
    fn other_forms_are_refused() {
        for text in ["", "now", "7d", "2026-12", "2026-11-31", "01.12.2026", "2026-12-01T25:00"] {
            assert!(text.parse::<EffectiveTime>().is_err(), "{text}");
        }
    }
}
