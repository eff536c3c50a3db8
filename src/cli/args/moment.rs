//! Points in time on the command line: a time, a date, a word such as `yesterday`, or an age such as `24h`. Days are those of a
//! time zone.

use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use ssgctl::model::{Invalid, Time, Zone, not_in_calendar};
use ssgctl::store::Clock;

use crate::args::named_period::NamedPeriod;

/// A point in time. Of a period, such as a day or a month, it is the beginning or the end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    Time(Time),
    /// What the clocks of a zone show.
    Local(DateTime),
    Day(Date),
    Named(NamedPeriod),
    Ago(SignedDuration),
    /// An age in months or years, which differ in length.
    AgoByCalendar(Span),
}

impl FromStr for Moment {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Some(rule) = not_in_calendar(text) {
            return Err(rule);
        }
        if text.eq_ignore_ascii_case("now") {
            return Ok(Self::Ago(SignedDuration::ZERO));
        }
        let time = text.parse().map(Self::Time).ok();
        // The library takes a date and time without a zone for a date as well, so the date is asked last.
        let local = || text.parse().map(Self::Local).ok().filter(|_| text.contains(':'));
        let day = || text.parse().map(Self::Day).ok().filter(|_| !text.contains(':'));
        let named = || NamedPeriod::parse(text).map(Self::Named);
        time.or_else(local).or_else(day).or_else(named).or_else(|| ago(text)).ok_or_else(|| {
            Invalid::rule(
                "must be a time such as 2026-11-24T14:30, a date such as 2026-11-24, a word such as yesterday or monday, or an \
                 age such as 24h or 7d",
            )
        })
    }
}

fn ago(text: &str) -> Option<Moment> {
    let span: Span = text.parse().ok()?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map(Moment::Ago).ok();
    duration.or(Some(Moment::AgoByCalendar(span)))
}

impl Moment {
    /// The time itself, or the start of the day or period.
    pub(crate) fn start(self, zone: &Zone) -> Time {
        match self {
            Self::Time(time) => time,
            Self::Local(local) => of_clocks(local, zone),
            Self::Day(day) => midnight(day, zone),
            Self::Named(period) => midnight(period.dates(today(zone)).0, zone),
            Self::Ago(length) => before_now(length),
            Self::AgoByCalendar(span) => before_now_by_calendar(span, zone),
        }
    }

    /// The time itself, or the end of the day or period.
    pub(crate) fn end(self, zone: &Zone) -> Time {
        match self {
            Self::Day(day) => end_of(day, zone),
            Self::Named(period) => end_of(period.dates(today(zone)).1, zone),
            other => other.start(zone),
        }
    }

    /// Whether it is relative to now by a span.
    pub(crate) fn is_age(self) -> bool {
        matches!(self, Self::Ago(_) | Self::AgoByCalendar(_))
    }
}

/// The date of now in a zone.
pub(crate) fn today(zone: &Zone) -> Date {
    Clock::System.now().timestamp().to_zoned_datetime(zone.time_zone()).date()
}

/// The end of a day.
pub(crate) fn end_of(day: Date, zone: &Zone) -> Time {
    day.tomorrow().map_or(end_of_calendar(), |next| midnight(next, zone))
}

/// The last whole day that the library has begins at 9999-12-30 UTC. Later days count as this one: `9999-12-31` means without an
/// end.
fn end_of_calendar() -> Time {
    Time::from_timestamp(Timestamp::constant(253_402_128_000, 0))
}

/// The first instant of a day. Where daylight saving time starts at midnight, that is not 00:00. Days at the ends of the calendar
/// begin at its ends.
pub(crate) fn midnight(day: Date, zone: &Zone) -> Time {
    match day.to_zoned_datetime(zone.time_zone()) {
        Ok(start) => Time::from_timestamp(start.timestamp()).min(end_of_calendar()),
        Err(_) if day.year() > 0 => end_of_calendar(),
        Err(_) => Time::from_timestamp(Timestamp::MIN),
    }
}

/// The time at which the clocks of a zone show a date and time: the first of two, and where the clocks go forward, that which they
/// would have shown.
fn of_clocks(local: DateTime, zone: &Zone) -> Time {
    let found = zone.time_zone().to_ambiguous_timestamp(local).compatible();
    found.map_or_else(|_| midnight(local.date(), zone), Time::from_timestamp)
}

pub(crate) fn before_now(length: SignedDuration) -> Time {
    let now: Timestamp = Clock::System.now().timestamp();
    let end = if length.is_negative() { Timestamp::MAX } else { Timestamp::MIN };
    Time::from_timestamp(now.checked_sub(length).unwrap_or(end))
}

fn before_now_by_calendar(span: Span, zone: &Zone) -> Time {
    let now = Clock::System.now().timestamp().to_zoned_datetime(zone.time_zone());
    let end = if span.is_negative() { Timestamp::MAX } else { Timestamp::MIN };
    Time::from_timestamp(now.checked_sub(span).map_or(end, |time| time.timestamp()))
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
    fn a_day_starts_and_ends_by_its_zone() {
        let day = moment("2026-10-25");
        assert_eq!(day.start(&zone("UTC")).to_string(), "2026-10-25T00:00:00.000Z");
        // The day on which London's clocks go back has 25 hours.
        assert_eq!(day.start(&zone("Europe/London")).to_string(), "2026-10-24T23:00:00.000Z");
        assert_eq!(day.end(&zone("Europe/London")).to_string(), "2026-10-26T00:00:00.000Z");
    }

    #[test]
    fn a_time_without_a_zone_is_what_the_clocks_of_the_zone_show_and_no_whole_day() {
        for (text, name, time) in [
            ("2026-11-24T14:30:00", "UTC", "2026-11-24T14:30:00.000Z"),
            ("2026-11-24T14:30", "Asia/Seoul", "2026-11-24T05:30:00.000Z"),
            ("2026-07-01 06:00", "Europe/London", "2026-07-01T05:00:00.000Z"),
            // The first of two, and the hour that is left out.
            ("2026-10-25T01:30", "Europe/London", "2026-10-25T00:30:00.000Z"),
            ("2026-03-29T01:30", "Europe/London", "2026-03-29T01:30:00.000Z"),
            ("2026-11-24T14:30:00+01:00", "Asia/Seoul", "2026-11-24T13:30:00.000Z"),
        ] {
            let moment = moment(text);
            assert_eq!(moment.start(&zone(name)).to_string(), time, "{text} {name}");
            assert_eq!(moment.end(&zone(name)).to_string(), time, "{text} {name}");
        }
    }

    #[test]
    fn days_follow_each_other_without_a_gap_in_every_zone() {
        for name in ["UTC", "Europe/London", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo"] {
            let zone = zone(name);
            let mut day: Date = "2011-12-01".parse().expect("date");
            for _ in 0..500 {
                let end = Moment::Day(day).end(&zone);
                day = day.tomorrow().expect("date");
                assert_eq!(end, Moment::Day(day).start(&zone), "{name} {day}");
            }
        }
    }

    #[test]
    fn the_ends_of_the_calendar_are_bounds_like_any_other() {
        let last = end_of_calendar();
        for name in ["UTC", "Pacific/Auckland", "Pacific/Kiritimati", "America/Los_Angeles", "Etc/GMT+12"] {
            let zone = zone(name);
            assert!(moment("9999-12-30").start(&zone) <= moment("9999-12-31").start(&zone), "{name}");
            assert!(moment("9999-12-31").start(&zone) <= last, "{name}");
            assert_eq!(moment("9999-12-31").end(&zone), last, "{name}");
            assert!(moment("-009999-01-01").start(&zone) < moment("-009998-01-01").start(&zone), "{name}");
            assert!(moment("7000000d").start(&zone) < moment("-009998-01-01").start(&zone), "{name}");
        }
    }

    #[test]
    fn an_age_lies_in_the_past() {
        let now = Clock::System.now();
        for text in ["24h", "7d", "2 weeks", "90m", "1h30m", "30 days", "1mo", "1y", "yesterday", "2020", "last month"]
        {
            assert!(moment(text).start(&zone("UTC")) < now, "{text}");
        }
        for text in ["", "yestreday", "2026-13-01", "24", "2026-13", "2026Q5"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }
}
