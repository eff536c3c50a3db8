//! Moments as people give them: a time, a day, or how long ago.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo};
use ssgctl::model::{Invalid, Time};
use ssgctl::store::Clock;

/// A time by RFC 3339, a day (its beginning in UTC), or a span that reaches back from now, such as `24h` or `7d`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment(pub(crate) Time);

impl FromStr for Moment {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let time = text.parse::<Time>().ok();
        time.or_else(|| day(text)).or_else(|| ago(text)).map(Self).ok_or_else(|| {
            Invalid::rule("must be a time such as 2026-11-24T14:30:00Z, a day such as 2026-11-24, or a span back such as 24h or 7d")
        })
    }
}

fn day(text: &str) -> Option<Time> {
    let day = text.parse::<Date>().ok()?.to_zoned_datetime(TimeZone::UTC).ok()?;
    Some(Time::from_timestamp(day.timestamp()))
}

fn ago(text: &str) -> Option<Time> {
    let span: Span = text.parse().ok()?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    let earlier = Clock::System.now().timestamp().checked_sub(length).ok()?;
    Some(Time::from_timestamp(earlier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_beginning_and_a_span_reaches_back() {
        assert_eq!("2026-11-24".parse::<Moment>().expect("day").0.to_string(), "2026-11-24T00:00:00.000Z");
        let now = Clock::System.now();
        for text in ["24h", "7d", "2 weeks", "90m"] {
            assert!(text.parse::<Moment>().expect(text).0 < now);
        }
        for text in ["", "yesterday", "2026-13-01", "24"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }
}
