//! Times and periods on the command line. A period includes its start and excludes its end; a day is a day of a time zone.

use std::str::FromStr;

use clap::Args;
use clap_complete::ArgValueCandidates;
use jiff::civil::Date;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, ToSpan};
use ssgctl::model::{Invalid, Time, Zone, not_in_calendar};
use ssgctl::report::Period;
use ssgctl::store::Clock;

use crate::args::completion;
use crate::exit::{Failure, Result};

/// An RFC 3339 time, a date, or an age such as `24h` or `7d`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    Time(Time),
    Day(Date),
    Ago(SignedDuration),
}

impl FromStr for Moment {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Some(rule) = not_in_calendar(text) {
            return Err(rule);
        }
        let time = text.parse().map(Self::Time).ok();
        let day = || text.parse().map(Self::Day).ok();
        time.or_else(day).or_else(|| ago(text)).ok_or_else(|| {
            Invalid::rule(
                "must be a time such as 2026-11-24T14:30:00Z, a date such as 2026-11-24, or an age such as 24h or 7d",
            )
        })
    }
}

fn ago(text: &str) -> Option<Moment> {
    let span: Span = text.parse().ok()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).map(Moment::Ago).ok()
}

impl Moment {
    /// The time itself, or the start of the day.
    pub(crate) fn start(self, zone: &Zone) -> Time {
        match self {
            Self::Time(time) => time,
            Self::Day(day) => midnight(day, zone),
            Self::Ago(length) => before_now(length),
        }
    }

    /// The time itself, or the end of the day.
    pub(crate) fn end(self, zone: &Zone) -> Time {
        match self {
            Self::Day(day) => day.tomorrow().map_or(end_of_calendar(), |next| midnight(next, zone)),
            other => other.start(zone),
        }
    }
}

/// The last whole day that the library has begins at 9999-12-30 UTC. Later days count as this one: `9999-12-31` means without an
/// end.
fn end_of_calendar() -> Time {
    Time::from_timestamp(Timestamp::constant(253_402_128_000, 0))
}

/// The first instant of a day. Where daylight saving time starts at midnight, that is not 00:00. Days at the ends of the calendar
/// begin at its ends.
fn midnight(day: Date, zone: &Zone) -> Time {
    match day.to_zoned_datetime(zone.time_zone()) {
        Ok(start) => Time::from_timestamp(start.timestamp()).min(end_of_calendar()),
        Err(_) if day.year() > 0 => end_of_calendar(),
        Err(_) => Time::from_timestamp(Timestamp::MIN),
    }
}

fn before_now(length: SignedDuration) -> Time {
    let now: Timestamp = Clock::System.now().timestamp();
    let end = if length.is_negative() { Timestamp::MAX } else { Timestamp::MIN };
    Time::from_timestamp(now.checked_sub(length).unwrap_or(end))
}

/// The last hours, days, weeks or months, such as `24h`, `7d`, `2w` or `3mo`, including the current one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Last {
    count: i32,
    unit: LastUnit,
}

#[derive(Debug, Clone, Copy)]
enum LastUnit {
    Hours,
    Days,
    Months,
}

impl Last {
    /// The default period of reports.
    pub(crate) const WEEK: Self = Self { count: 7, unit: LastUnit::Days };

    /// The period from the first of them to the end of the current one.
    pub(crate) fn period(self, zone: &Zone) -> Period {
        let now = Clock::System.now().timestamp().to_zoned_datetime(zone.time_zone());
        let (previous, today) = (self.count - 1, now.date());
        let (first, last) = match self.unit {
            LastUnit::Hours => {
                let until = full_hour(Clock::System.now(), true, zone);
                let from = until.timestamp().checked_sub(i64::from(self.count).hours()).unwrap_or(Timestamp::MIN);
                return Period { from: Time::from_timestamp(from), until };
            }
            LastUnit::Days => (today.saturating_sub(previous.days()), today),
            LastUnit::Months => (today.first_of_month().saturating_sub(previous.months()), today.last_of_month()),
        };
        Period { from: midnight(first, zone), until: Moment::Day(last).end(zone) }
    }
}

impl FromStr for Last {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rule = || Invalid::rule("must be a number of hours, days, weeks or months, such as 24h, 7d, 2w or 3mo");
        let (count, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
        let (unit, factor) = match unit {
            "h" => (LastUnit::Hours, 1),
            "d" => (LastUnit::Days, 1),
            "w" => (LastUnit::Days, 7),
            "mo" => (LastUnit::Months, 1),
            _ => return Err(rule()),
        };
        let count: i32 = count.parse().ok().filter(|count| (1..=100_000).contains(count)).ok_or_else(rule)?;
        Ok(Self { count: count * factor, unit })
    }
}

/// A number of days, such as `7d` or `2w`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Days(i32);

impl Days {
    pub(crate) fn count(self) -> u64 {
        u64::from(self.0.unsigned_abs())
    }
}

impl FromStr for Days {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.parse() {
            Ok(Last { count, unit: LastUnit::Days }) => Ok(Self(count)),
            _ => Err(Invalid::rule("must be a number of days or weeks, such as 7d or 2w")),
        }
    }
}

/// The start of the hour that contains a time, on the clocks of a zone, or with `next` of the following hour.
fn full_hour(time: Time, next: bool, zone: &Zone) -> Time {
    let offset = i64::from(zone.time_zone().to_offset(time.timestamp()).seconds());
    let hour = (time.timestamp().as_second() + offset).div_euclid(3600) + i64::from(next);
    let end = if next { Timestamp::MAX } else { Timestamp::MIN };
    Time::from_timestamp(Timestamp::from_second(hour * 3600 - offset).unwrap_or(end))
}

/// The option that sets the time zone of days.
#[derive(Debug, Clone, Args)]
pub(crate) struct ZoneArgs {
    /// Time zone of days, by its IANA name [default: defaults.timezone of the configuration, else UTC]
    #[arg(long, visible_alias = "tz", value_name = "ZONE", add = ArgValueCandidates::new(completion::zones))]
    timezone: Option<Zone>,
}

impl ZoneArgs {
    /// The named zone, else the default.
    pub(crate) fn zone(&self, default_zone: Zone) -> Zone {
        self.timezone.clone().unwrap_or(default_zone)
    }
}

/// The options that set the period of a report.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReportPeriodArgs {
    /// Start of the period: a time, a date, or an age such as 30d
    #[arg(long, value_name = "TIME", conflicts_with = "last")]
    from: Option<Moment>,

    /// End of the period, exclusive: a time, a date or an age [default: now]
    #[arg(long, visible_alias = "to", value_name = "TIME", requires = "from")]
    until: Option<Moment>,

    /// The last hours, days, weeks or months, including the current one: 24h, 2w, 3mo [default: 7d]
    #[arg(long, value_name = "SPAN")]
    last: Option<Last>,
}

impl ReportPeriodArgs {
    /// The period of a report that counts whole days. Bounds relative to now are extended to whole days, because there is no
    /// count of part of a day.
    pub(crate) fn days(&self, zone: &Zone) -> Result<Period> {
        let Period { from, until } = self.period(zone)?;
        let is_now = |moment: Option<Moment>| matches!(moment, None | Some(Moment::Ago(_)));
        let date = |time: Time| time.timestamp().to_zoned_datetime(zone.time_zone()).date();
        let start = if is_now(self.from) { midnight(date(from), zone) } else { from };
        let ends_within_day = is_now(self.until) && midnight(date(until), zone) != until;
        let end = if ends_within_day { Moment::Day(date(until)).end(zone) } else { until };
        Ok(Period { from: start, until: end })
    }

    /// The period, with days of a zone. Bounds relative to now are extended to whole hours, the finest unit of reports.
    pub(crate) fn period(&self, zone: &Zone) -> Result<Period> {
        let Some(from) = self.from else {
            return Ok(self.last.unwrap_or(Last::WEEK).period(zone));
        };
        let hour = |moment: Moment, next| match moment {
            Moment::Ago(_) => full_hour(moment.start(zone), next, zone),
            moment => moment.start(zone),
        };
        let until = self.until.unwrap_or(Moment::Ago(SignedDuration::ZERO));
        let period = Period { from: hour(from, false), until: hour(until, true) };
        if period.until < period.from {
            return Err(Failure::usage("--until is earlier than --from"));
        }
        Ok(period)
    }
}

/// The options that limit a list to a period.
#[derive(Debug, Clone, Args)]
pub(crate) struct PeriodArgs {
    /// Only from this time, date or age on, such as 7d
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,

    /// Only before this time, date or age
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,

    #[command(flatten)]
    zone: ZoneArgs,
}

impl PeriodArgs {
    /// The start and the exclusive end of the period, where it has them.
    pub(crate) fn bounds(&self, default_zone: Zone) -> (Option<Time>, Option<Time>) {
        let zone = self.zone.zone(default_zone);
        let bound = |moment: Option<Moment>| moment.map(|moment| moment.start(&zone));
        (bound(self.since), bound(self.until))
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
    fn a_day_starts_and_ends_by_its_zone() {
        let day = moment("2026-10-25");
        assert_eq!(day.start(&zone("UTC")).to_string(), "2026-10-25T00:00:00.000Z");
        // The day on which London's clocks go back has 25 hours.
        assert_eq!(day.start(&zone("Europe/London")).to_string(), "2026-10-24T23:00:00.000Z");
        assert_eq!(day.end(&zone("Europe/London")).to_string(), "2026-10-26T00:00:00.000Z");
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
    fn a_last_period_has_the_current_unit_and_whole_ones_before_it() {
        let (utc, london) = (zone("UTC"), zone("Europe/London"));
        let period = |text: &str, zone: &Zone| text.parse::<Last>().expect(text).period(zone);
        let hours = |period: Period| (period.until.timestamp() - period.from.timestamp()).as_hours();
        let now = Clock::System.now();
        for (text, length) in
            [("1h", 1..=1), ("24h", 24..=24), ("7d", 168..=168), ("2w", 336..=336), ("3mo", 2136..=2208)]
        {
            let found = period(text, &utc);
            assert!(found.from <= now && now < found.until, "{text}");
            assert!(length.contains(&hours(found)), "{text}");
        }
        let year = period("365d", &london);
        assert_eq!(
            year.from,
            Moment::Day(year.from.timestamp().to_zoned_datetime(london.time_zone()).date()).start(&london)
        );
        for text in ["", "7", "d", "0d", "-1d", "7m", "1.5d", "7 d", "100001h", "99999999999d"] {
            assert!(text.parse::<Last>().is_err(), "{text}");
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
        assert!(
            "100000mo".parse::<Last>().expect("valid").period(&zone("UTC")).from
                < moment("2000-01-01").start(&zone("UTC"))
        );
    }

    #[test]
    fn an_age_lies_in_the_past() {
        let now = Clock::System.now();
        for text in ["24h", "7d", "2 weeks", "90m"] {
            assert!(moment(text).start(&zone("UTC")) < now);
        }
        for text in ["", "yesterday", "2026-13-01", "24"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }
}
