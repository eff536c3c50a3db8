//! Timestamps in UTC with millisecond precision, written as RFC 3339.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::model::text::{Invalid, serde_by_text};

/// A UTC timestamp. Its text has a fixed width (`2026-11-24T14:36:41.123Z`), so texts sort chronologically.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time(Timestamp);
serde_by_text!(Time);

impl Time {
    /// The time of the system clock. Only [`crate::store::Clock`] calls this; all other code receives the time as a value, so
    /// that tests can set it.
    #[expect(clippy::disallowed_methods, reason = "the only place that reads the clock")]
    pub fn now() -> Self {
        Self::from_timestamp(Timestamp::now())
    }

    /// Truncates a timestamp to milliseconds.
    pub fn from_timestamp(timestamp: Timestamp) -> Self {
        // The milliseconds of the last second are beyond the library's range.
        let truncated = Timestamp::from_millisecond(timestamp.as_millisecond());
        Self(truncated.or_else(|_| Timestamp::from_second(timestamp.as_second())).unwrap_or(timestamp))
    }

    /// Whether it is further ahead of the clock's `now` than clocks of one installation differ.
    pub fn is_ahead_of(self, now: Self) -> bool {
        const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
        self.0.duration_since(now.0) > TOLERANCE
    }

    /// The timestamp in the time library's type.
    pub const fn timestamp(self) -> Timestamp {
        self.0
    }

    /// The day in UTC: `2026-11-24`.
    pub fn utc_day(self) -> String {
        self.0.strftime("%Y-%m-%d").to_string()
    }

    /// Date and time in UTC to the second, for people: `2026-11-24 14:36:41`.
    pub fn for_reading(self) -> String {
        self.0.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

impl FromStr for Time {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Some(time) = parse_fixed_width(text.as_bytes()) {
            return Ok(time);
        }
        text.parse().map(Self::from_timestamp).map_err(|_| {
            not_in_calendar(text)
                .unwrap_or_else(|| Invalid::rule("must be an RFC 3339 time, such as 2026-11-24T14:36:41Z"))
        })
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match format_fixed_width(self.0.as_millisecond()) {
            Some(text) => f.write_str(std::str::from_utf8(&text).unwrap_or_default()),
            None => write!(f, "{:.3}", self.0),
        }
    }
}

/// Parses a date such as `2026-11-24`; `None` if the text has another form.
///
/// # Errors
/// A date that the calendar does not have, with the reason.
pub fn parse_date(text: &str) -> Result<Option<Date>, Invalid> {
    match not_in_calendar(text) {
        Some(rule) => Err(rule),
        None => Ok(text.parse().ok().filter(|_| text.len() == 10)),
    }
}

/// Why a text that begins like a date is none.
pub fn not_in_calendar(text: &str) -> Option<Invalid> {
    let bytes = text.as_bytes().first_chunk::<10>()?;
    let number = |from: usize, to: usize| text.get(from..to).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let (year, month, day) = (number(0, 4)?.parse().ok()?, number(5, 7)?.parse().ok()?, number(8, 10)?.parse().ok()?);
    if bytes[4] != b'-' || bytes[7] != b'-' || text[10..].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let Ok(first) = Date::new(year, month, 1) else {
        return Some(Invalid::rule("is not a date: months are 01 to 12"));
    };
    if (1..=first.days_in_month()).contains(&day) {
        return None;
    }
    let days = first.days_in_month();
    let month = first.strftime(if month == 2 { "%B %Y" } else { "%B" });
    Some(Invalid::rule(format!("is not a date: {month} has {days} days")))
}

const MILLISECONDS_PER_DAY: i64 = 86_400_000;

/// Parses the fixed-width form; `None` for any other form. Reading a large list parses millions of timestamps, and the general
/// parser of the library is slower.
fn parse_fixed_width(text: &[u8]) -> Option<Time> {
    let number = |from: usize, length: usize| {
        let digits = text.get(from..from + length)?;
        digits.iter().try_fold(0_i64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    };
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (23, b'Z')];
    if text.len() != 24 || separators.iter().any(|(index, separator)| text[*index] != *separator) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second, milli) = (number(11, 2)?, number(14, 2)?, number(17, 2)?, number(20, 3)?);
    // Leave days from 29 on, leap seconds and years before 1970 to the library, which knows the calendar.
    if !(1970..=9998).contains(&year) || !(1..=12).contains(&month) || !(1..=28).contains(&day) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let of_day = ((hour * 60 + minute) * 60 + second) * 1000 + milli;
    Timestamp::from_millisecond(days_to(year, month, day) * MILLISECONDS_PER_DAY + of_day).ok().map(Time)
}

/// Days from 1970-01-01 to a Gregorian date. The year is shifted to begin in March, which makes the leap day its last day.
fn days_to(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Formats a time from 1970 on in the fixed-width form; the inverse of [`days_to`].
fn format_fixed_width(milliseconds: i64) -> Option<[u8; 24]> {
    let days = milliseconds.div_euclid(MILLISECONDS_PER_DAY);
    if !(0..2_900_000).contains(&days) {
        return None;
    }
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) =
        (year_of_era + era * 400 + i64::from(month >= 10), if month < 10 { month + 3 } else { month - 9 });
    let of_day = milliseconds.rem_euclid(MILLISECONDS_PER_DAY);
    let mut text = *b"0000-00-00T00:00:00.000Z";
    for (from, length, mut number) in [
        (0, 4, year),
        (5, 2, month),
        (8, 2, day),
        (11, 2, of_day / 3_600_000),
        (14, 2, of_day / 60_000 % 60),
        (17, 2, of_day / 1_000 % 60),
        (20, 3, of_day % 1_000),
    ] {
        for index in (from..from + length).rev() {
            text[index] = b'0' + u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_fixed_form_is_what_the_library_says(milliseconds in -10_000_000_000_000..253_000_000_000_000_i64) {
            let time = Time(Timestamp::from_millisecond(milliseconds).expect("in range"));
            let text = format!("{:.3}", time.0);
            prop_assert_eq!(&time.to_string(), &text);
            prop_assert_eq!(text.parse::<Time>(), Ok(time));
            prop_assert!(parse_fixed_width(text.as_bytes()).is_none_or(|read| read == time));
        }
    }

    #[test]
    fn its_text_has_a_fixed_width_and_sorts() {
        let earlier: Time = "2026-11-24T15:36:41+01:00".parse().expect("valid");
        let later: Time = "2026-11-24T14:36:41.0019Z".parse().expect("valid");
        assert_eq!(earlier.to_string(), "2026-11-24T14:36:41.000Z");
        assert_eq!(later.to_string(), "2026-11-24T14:36:41.001Z");
        assert!(earlier.to_string() < later.to_string());
        assert_eq!(later.for_reading(), "2026-11-24 14:36:41");
    }

    #[test]
    fn a_date_that_the_calendar_does_not_have_is_refused_with_the_reason() {
        for (text, reason) in [
            ("2026-11-31", "is not a date: November has 30 days"),
            ("2026-02-29", "is not a date: February 2026 has 28 days"),
            ("2026-11-00", "is not a date: November has 30 days"),
            ("2026-13-01", "is not a date: months are 01 to 12"),
        ] {
            assert_eq!(parse_date(text).unwrap_err().to_string(), reason);
            assert_eq!(format!("{text}T10:00:00Z").parse::<Time>().unwrap_err().to_string(), reason);
        }
        assert!(matches!(parse_date("2028-02-29"), Ok(Some(_))));
        for text in ["", "7d", "2026-11", "2026-11-311", "20261131", "yesterday!", "2026\u{fc}11-31"] {
            assert_eq!(parse_date(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn the_last_time_of_the_calendar_keeps_its_text() {
        for end in [Timestamp::MIN, Timestamp::MAX] {
            let time = Time::from_timestamp(end);
            assert_eq!(time.to_string().parse(), Ok(time));
        }
    }

    #[test]
    fn a_time_needs_its_zone() {
        for text in ["2026-11-24", "2026-11-24 14:36:41", "2026-02-30T00:00:00Z", "yesterday"] {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
    }
}
