//! Times and periods as people give them. A period is half-open, and a day is a day of a named time zone.

use std::fmt;
use std::str::FromStr;

use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use serde::Deserialize;
use ssgctl::model::{Invalid, Time};
use ssgctl::store::Clock;

use crate::settings::Settings;

/// A time by RFC 3339, a day, or a span that reaches back from now, such as `24h` or `7d`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    Time(Time),
    Day(Date),
    Ago(SignedDuration),
}

impl FromStr for Moment {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let time = text.parse().map(Self::Time).ok();
        let day = || text.parse().map(Self::Day).ok();
        time.or_else(day).or_else(|| ago(text)).ok_or_else(|| {
            Invalid::rule(
                "must be a time such as 2026-11-24T14:30:00Z, a day such as 2026-11-24, or a span back such as 24h or 7d",
            )
        })
    }
}

fn ago(text: &str) -> Option<Moment> {
    let span: Span = text.parse().ok()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).map(Moment::Ago).ok()
}

impl Moment {
    /// The time itself, or when the day begins.
    pub(crate) fn beginning(self, zone: &Zone) -> ssgctl::Result<Time> {
        match self {
            Self::Time(time) => Ok(time),
            Self::Day(day) => midnight(day, zone),
            Self::Ago(length) => before_now(length),
        }
    }

    /// The time itself, or when the day has ended.
    pub(crate) fn end(self, zone: &Zone) -> ssgctl::Result<Time> {
        match self {
            Self::Day(day) => midnight(day.tomorrow().map_err(out_of_range)?, zone),
            other => other.beginning(zone),
        }
    }
}

/// The first moment of a day, which in some zones is not 00:00 on every day.
fn midnight(day: Date, zone: &Zone) -> ssgctl::Result<Time> {
    let begun = day.to_zoned_datetime(zone.0.clone()).map_err(out_of_range)?;
    Ok(Time::from_timestamp(begun.timestamp()))
}

fn before_now(length: SignedDuration) -> ssgctl::Result<Time> {
    let now: Timestamp = Clock::System.now().timestamp();
    now.checked_sub(length).map(Time::from_timestamp).map_err(out_of_range)
}

fn out_of_range(_: jiff::Error) -> ssgctl::Error {
    ssgctl::Error::Overflow { what: "the time" }
}

/// A time zone by its IANA name.
#[derive(Debug, Clone)]
pub(crate) struct Zone(TimeZone);

impl FromStr for Zone {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        TimeZone::get(text)
            .map(Self)
            .map_err(|_| Invalid::rule("must be a time zone by its IANA name, such as Europe/London or UTC"))
    }
}

impl Zone {
    /// The zone as the time library has it.
    pub(crate) fn into_inner(self) -> TimeZone {
        self.0
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The option that says whose days are meant.
#[derive(Debug, Clone, Args)]
pub(crate) struct ZoneArgs {
    /// Time zone of days by its IANA name; the configuration's, else UTC
    #[arg(long, value_name = "ZONE")]
    timezone: Option<Zone>,
}

impl ZoneArgs {
    pub(crate) fn zone(&self, settings: &Settings) -> Zone {
        self.timezone.clone().or_else(|| settings.defaults.timezone.clone()).unwrap_or(Zone(TimeZone::UTC))
    }
}

/// The options that limit a list to a period.
#[derive(Debug, Clone, Args)]
pub(crate) struct PeriodArgs {
    /// Only from this time or day on, or as recent as this, such as 7d
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,

    /// Only before this time or day
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,

    #[command(flatten)]
    zone: ZoneArgs,
}

impl PeriodArgs {
    /// When the period begins and when it has ended, where it has such bounds.
    pub(crate) fn bounds(&self, settings: &Settings) -> ssgctl::Result<(Option<Time>, Option<Time>)> {
        let zone = self.zone.zone(settings);
        let bound = |moment: Option<Moment>| moment.map(|moment| moment.beginning(&zone)).transpose();
        Ok((bound(self.since)?, bound(self.until)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().expect("zone")
    }

    fn moment(text: &str) -> Moment {
        text.parse().expect("moment")
    }

    #[test]
    fn a_day_begins_and_ends_by_its_zone() {
        let day = moment("2026-10-25");
        assert_eq!(day.beginning(&zone("UTC")).expect("time").to_string(), "2026-10-25T00:00:00.000Z");
        // The day on which London's clocks go back has 25 hours.
        assert_eq!(day.beginning(&zone("Europe/London")).expect("time").to_string(), "2026-10-24T23:00:00.000Z");
        assert_eq!(day.end(&zone("Europe/London")).expect("time").to_string(), "2026-10-26T00:00:00.000Z");
    }

    #[test]
    fn days_follow_each_other_without_a_gap_in_every_zone() {
        for name in ["UTC", "Europe/London", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo"] {
            let zone = zone(name);
            let mut day: Date = "2011-12-01".parse().expect("date");
            for _ in 0..500 {
                let end = Moment::Day(day).end(&zone).expect("time");
                day = day.tomorrow().expect("date");
                assert_eq!(end, Moment::Day(day).beginning(&zone).expect("time"), "{name} {day}");
            }
        }
    }

    #[test]
    fn a_span_reaches_back() {
        let now = Clock::System.now();
        for text in ["24h", "7d", "2 weeks", "90m"] {
            assert!(moment(text).beginning(&zone("UTC")).expect("time") < now);
        }
        for text in ["", "yesterday", "2026-13-01", "24"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }
}
