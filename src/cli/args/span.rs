//! Lengths of time on the command line, such as `90m`, `24h`, `7d` or `3mo`.

use std::str::FromStr;

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, ToSpan};
use ssgctl::model::{Invalid, Time, Zone};
use ssgctl::report::Period;
use ssgctl::store::Clock;

use crate::args::moment::{before_now, end_of, midnight, today};

/// The last hours, days, weeks, months or years, including the current one, or the last span of another length.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Last {
    Hours(i32),
    Days(i32),
    Months(i32),
    /// Minutes, or several units: exactly this long until now.
    Exactly(SignedDuration),
}

impl Last {
    /// The default period of reports.
    pub(crate) const WEEK: Self = Self::Days(7);

    /// The period from the first of them to the end of the current one. An exact one is extended to whole hours, the finest unit of
    /// reports.
    pub(crate) fn period(self, zone: &Zone) -> Period {
        let day = today(zone);
        let (first, last) = match self {
            Self::Hours(count) => {
                let until = full_hour(Clock::System.now(), true, zone);
                let from = until.timestamp().checked_sub(i64::from(count).hours()).unwrap_or(Timestamp::MIN);
                return Period { from: Time::from_timestamp(from), until };
            }
            Self::Exactly(length) => {
                let (from, now) = (before_now(length), Clock::System.now());
                return Period { from: full_hour(from, false, zone), until: full_hour(now, true, zone) };
            }
            Self::Days(count) => (day.saturating_sub((count - 1).days()), day),
            Self::Months(count) => (day.first_of_month().saturating_sub((count - 1).months()), day.last_of_month()),
        };
        Period { from: midnight(first, zone), until: end_of(last, zone) }
    }

    /// The start and the exclusive end for a list, whose records have exact times.
    pub(crate) fn bounds(self, zone: &Zone) -> (Time, Option<Time>) {
        match self {
            Self::Exactly(length) => (before_now(length), None),
            other => {
                let Period { from, until } = other.period(zone);
                (from, Some(until))
            }
        }
    }
}

/// The start of the hour that contains a time, on the clocks of a zone, or with `next` of the following hour.
pub(crate) fn full_hour(time: Time, next: bool, zone: &Zone) -> Time {
    let offset = i64::from(zone.time_zone().to_offset(time.timestamp()).seconds());
    let hour = (time.timestamp().as_second() + offset).div_euclid(3600) + i64::from(next);
    let end = if next { Timestamp::MAX } else { Timestamp::MIN };
    Time::from_timestamp(Timestamp::from_second(hour * 3600 - offset).unwrap_or(end))
}

impl FromStr for Last {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rule = || Invalid::rule("must be a span such as 90m, 24h, 1h30m, 7d, 2w, 3mo or 1y");
        // The ISO 8601 form `P7D` is not documented, and a bare number has no unit.
        let span: Span = text.parse().map_err(|_| rule())?;
        let is_one = |of: Span| span.fieldwise() == of.fieldwise();
        let (hours, days, weeks) = (span.get_hours(), span.get_days(), span.get_weeks());
        let (months, years) = (span.get_months(), i32::from(span.get_years()));
        let last = if is_one(Span::new().try_hours(hours).unwrap_or_default()) {
            Self::Hours(hours)
        } else if is_one(Span::new().try_days(days).and_then(|span| span.try_weeks(weeks)).unwrap_or_default()) {
            Self::Days(weeks.saturating_mul(7).saturating_add(days))
        } else if is_one(Span::new().try_months(months).and_then(|span| span.try_years(years)).unwrap_or_default()) {
            Self::Months(years.saturating_mul(12).saturating_add(months))
        } else {
            Self::Exactly(span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| rule())?)
        };
        let is_positive = match last {
            Self::Hours(count) | Self::Days(count) | Self::Months(count) => (1..=100_000).contains(&count),
            Self::Exactly(length) => (1..=100_000 * 86_400).contains(&length.as_secs()),
        };
        if is_positive { Ok(last) } else { Err(rule()) }
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
            Ok(Last::Days(count)) => Ok(Self(count)),
            _ => Err(Invalid::rule("must be a number of days or weeks, such as 7d or 2w")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().expect("zone")
    }

    #[test]
    fn a_last_period_has_the_current_unit_and_whole_ones_before_it() {
        let (utc, london) = (zone("UTC"), zone("Europe/London"));
        let period = |text: &str, zone: &Zone| text.parse::<Last>().expect(text).period(zone);
        let hours = |period: Period| (period.until.timestamp() - period.from.timestamp()).as_hours();
        let now = Clock::System.now();
        for (text, length) in [
            ("1h", 1..=1),
            ("24h", 24..=24),
            ("24 hours", 24..=24),
            ("7d", 168..=168),
            ("7 days", 168..=168),
            ("2w", 336..=336),
            ("1w 1d", 192..=192),
            ("3mo", 2136..=2208),
            ("1y", 8016..=8784),
            ("90m", 2..=3),
            ("1h30m", 2..=3),
            ("1d12h", 36..=38),
        ] {
            let found = period(text, &utc);
            assert!(found.from <= now && now < found.until, "{text}");
            assert!(length.contains(&hours(found)), "{text}: {}", hours(found));
        }
        let year = period("365d", &london);
        assert_eq!(year.from, midnight(year.from.timestamp().to_zoned_datetime(london.time_zone()).date(), &london));
        for text in ["", "7", "d", "0d", "-1d", "0m", "1.5d", "100001h", "99999999999d", "1mo 2d", "yesterday"] {
            assert!(text.parse::<Last>().is_err(), "{text}");
        }
        assert!(period("100000mo", &utc).from < midnight("2000-01-01".parse().expect("date"), &utc));
    }

    #[test]
    fn a_span_of_minutes_is_exact_in_lists() {
        let now = Clock::System.now();
        let (from, until) = "90m".parse::<Last>().expect("valid").bounds(&zone("UTC"));
        let length = (now.timestamp() - from.timestamp()).as_mins();
        assert!((89..=90).contains(&length) && until.is_none(), "{length}");
    }
}
