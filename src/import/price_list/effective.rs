//! Reads when a price begins: times and dates as people, programs and spreadsheets write them.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time as TimeOfDay};
use jiff::tz::TimeZone;

use crate::model::word_enum::word_enum;
use crate::model::{Invalid, Time, Zone, not_in_calendar, parse_date};

word_enum! {
    /// The order of day, month and year in dates such as `01/12/2026`.
    pub enum DateOrder {
        DayFirst = "dmy",
        MonthFirst = "mdy",
        YearFirst = "ymd",
    }
}

/// The dates that spreadsheets may show as a number: 2009-07-06 to 2064-04-08.
const SERIALS: std::ops::Range<i32> = 40_000..60_000;

/// The years in which prices can begin.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=9998;

/// The day from which spreadsheets count.
const DAY_ZERO: Date = Date::constant(1899, 12, 30);

/// The time that a text means, in a zone if it names none. A date means its first instant there.
///
/// # Errors
/// A time that does not exist in the zone or comes twice, and a date whose day may be its month.
pub fn effective(text: &str, zone: &Zone, order: Option<DateOrder>) -> Result<Time, Invalid> {
    let time = moment(text, zone, order)?;
    let year = time.timestamp().to_zoned_datetime(TimeZone::UTC).year();
    if YEARS.contains(&year) { Ok(time) } else { Err(Invalid::rule("must be from 1970 to 9998")) }
}

fn moment(text: &str, zone: &Zone, order: Option<DateOrder>) -> Result<Time, Invalid> {
    if let Some(rule) = not_in_calendar(text) {
        return Err(rule);
    }
    if let Ok(time) = text.parse::<Time>() {
        return Ok(time.whole_second());
    }
    if let Some(day) = parse_date(text)? {
        return first_instant(day, zone);
    }
    if let Some((day, time)) = serial(text) {
        return of_day(day, time, zone);
    }
    if let Some(found) = numeric(text, order) {
        let (day, time) = found?;
        return of_day(day, time, zone);
    }
    // The library reads digits without hyphens too, which can be anything.
    match text.parse::<DateTime>() {
        Ok(local) if text.contains('-') => at(local, zone),
        _ => Err(Invalid::rule("must be a date or a time, such as 2026-12-01 or 2026-12-01T00:00:00Z")),
    }
}

fn of_day(day: Date, time: Option<TimeOfDay>, zone: &Zone) -> Result<Time, Invalid> {
    match time {
        None => first_instant(day, zone),
        Some(time) => at(day.to_datetime(time), zone),
    }
}

/// The first instant of a day. Where clocks go back at midnight, it is the first of two midnights.
fn first_instant(day: Date, zone: &Zone) -> Result<Time, Invalid> {
    let start = day.to_zoned_datetime(zone.time_zone());
    start.map(|start| Time::from_timestamp(start.timestamp())).map_err(|_| Invalid::rule("is beyond the calendar"))
}

/// A time on the clocks of a zone.
fn at(local: DateTime, zone: &Zone) -> Result<Time, Invalid> {
    let ambiguous = zone.time_zone().to_ambiguous_timestamp(local);
    if ambiguous.is_ambiguous() {
        return Err(Invalid::rule(format!(
            "is skipped or comes twice on the clocks of {zone}; add its offset, such as +01:00"
        )));
    }
    let time = ambiguous.unambiguous().map_err(|_| Invalid::rule("is beyond the calendar"))?;
    Ok(Time::from_timestamp(time).whole_second())
}

/// A date as the number of days that spreadsheets store, `45992`, with the time of the day as a fraction, `45992.5`.
fn serial(text: &str) -> Option<(Date, Option<TimeOfDay>)> {
    let (days, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if days.len() != 5 || !is_number(days) || !is_number(fraction) || fraction.len() > 12 {
        return None;
    }
    let days: i32 = days.parse().ok().filter(|days| SERIALS.contains(days))?;
    let day = DAY_ZERO.checked_add(days.days()).ok()?;
    if fraction.trim_end_matches('0').is_empty() {
        return Some((day, None));
    }
    // The fraction is rounded to whole seconds, because a binary fraction has none.
    let scale = 10_i64.pow(u32::try_from(fraction.len()).ok()?);
    let seconds = (fraction.parse::<i64>().ok()? * 86_400 + scale / 2) / scale;
    let time = TimeOfDay::midnight().checked_add(seconds.seconds()).ok()?;
    Some((day, Some(time)))
}

/// A date of three numbers with slashes, points or hyphens, and perhaps a time: `01/12/2026`, `1.12.2026 06:00`. Points are
/// only used where the day comes first.
fn numeric(text: &str, order: Option<DateOrder>) -> Option<Result<(Date, Option<TimeOfDay>), Invalid>> {
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let separator = date.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '/' | '.' | '-'))?;
    let numbers: Vec<&str> = date.split(separator).collect();
    let is_number = |text: &&str| !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let [first, second, third] = numbers.as_slice() else { return None };
    if !numbers.iter().all(is_number) {
        return None;
    }
    let time = match time.trim() {
        "" => None,
        time => Some(time_of_day(time)?),
    };
    let number = |text: &str| text.parse::<i16>().ok();
    let (one, two, three) = (number(first)?, number(second)?, number(third)?);
    let (year, days_and_months) = match (first.len(), third.len()) {
        (4, 1 | 2) => (one, Ok((three, two))),
        (1 | 2, 4) => (three, day_and_month(one, two, separator, order)),
        _ => return Some(Err(Invalid::rule("must have a year of four digits, such as 2026-12-01"))),
    };
    let (day, month) = match days_and_months {
        Ok(found) => found,
        Err(rule) => return Some(Err(rule)),
    };
    let date = i8::try_from(month).ok().zip(i8::try_from(day).ok()).and_then(|(m, d)| Date::new(year, m, d).ok());
    Some(date.map(|date| (date, time)).ok_or_else(|| Invalid::rule("is not a date of the calendar in this order")))
}

/// Which of two numbers is the day and which the month.
fn day_and_month(one: i16, two: i16, separator: char, order: Option<DateOrder>) -> Result<(i16, i16), Invalid> {
    match order {
        Some(DateOrder::DayFirst) => Ok((one, two)),
        Some(DateOrder::MonthFirst) => Ok((two, one)),
        Some(DateOrder::YearFirst) => Err(Invalid::rule("does not begin with the year")),
        None if separator == '.' || one > 12 || one == two => Ok((one, two)),
        None if two > 12 => Ok((two, one)),
        None => Err(Invalid::rule("may begin with the day or with the month; say which with the order of dates")),
    }
}

/// A time of the day such as `06:00` or `6:00:00`.
fn time_of_day(text: &str) -> Option<TimeOfDay> {
    let numbers: Vec<i8> = text
        .split(':')
        .map(|part| part.parse().ok().filter(|_| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit())))
        .collect::<Option<_>>()?;
    match numbers.as_slice() {
        [hour, minute] => TimeOfDay::new(*hour, *minute, 0, 0).ok(),
        [hour, minute, second] => TimeOfDay::new(*hour, *minute, *second, 0).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, zone: &str, order: Option<DateOrder>) -> Result<String, String> {
        let zone = zone.parse().expect("a zone");
        effective(text, &zone, order).map(|time| time.to_string()).map_err(|rule| rule.to_string())
    }

    #[test]
    fn every_way_of_writing_a_day_is_its_first_instant_in_the_zone() {
        for text in [
            "2026-12-01",
            "2026-12-01T00:00:00",
            "2026-12-01 00:00",
            "2026-12-01T01:00:00+01:00",
            "01.12.2026",
            "1.12.2026 00:00",
            "46357",
            "46357.0",
            "2026/12/01",
        ] {
            assert_eq!(read(text, "UTC", None).as_deref(), Ok("2026-12-01T00:00:00.000Z"), "{text}");
        }
        assert_eq!(read("2026-07-01", "Europe/London", None).as_deref(), Ok("2026-06-30T23:00:00.000Z"));
        assert_eq!(read("46204", "Europe/London", None).as_deref(), Ok("2026-06-30T23:00:00.000Z"));
        assert_eq!(read("46357.25", "UTC", None).as_deref(), Ok("2026-12-01T06:00:00.000Z"));
        assert_eq!(read("46357.2604166667", "UTC", None).as_deref(), Ok("2026-12-01T06:15:00.000Z"));
        // The serial number that Excel shows for 2025-12-01.
        assert_eq!(read("45992", "UTC", None).as_deref(), Ok("2025-12-01T00:00:00.000Z"));
    }

    #[test]
    fn a_day_that_may_be_the_month_is_refused_unless_the_order_is_given() {
        let refused = read("01/12/2026", "UTC", None).expect_err("ambiguous");
        assert!(refused.starts_with("may begin with the day or with the month"), "{refused}");
        let (day, month) = (Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst));
        assert_eq!(read("01/12/2026", "UTC", day).as_deref(), Ok("2026-12-01T00:00:00.000Z"));
        assert_eq!(read("01/12/2026", "UTC", month).as_deref(), Ok("2026-01-12T00:00:00.000Z"));
        assert_eq!(read("12/31/2026 6:00", "UTC", None).as_deref(), Ok("2026-12-31T06:00:00.000Z"));
        assert_eq!(read("31/12/2026", "UTC", None).as_deref(), Ok("2026-12-31T00:00:00.000Z"));
        assert!(read("31/12/2026", "UTC", month).is_err());
        assert!(read("01/12/26", "UTC", day).expect_err("two digits").contains("four digits"));
    }

    #[test]
    fn a_local_time_that_is_skipped_or_comes_twice_needs_its_offset() {
        for text in ["2026-10-25 01:30", "2026-03-29T01:30:00"] {
            let refused = read(text, "Europe/London", None).expect_err(text);
            assert!(refused.contains("on the clocks of Europe/London; add its offset"), "{refused}");
        }
        // Midnight comes twice in Havana; the day begins with the first.
        assert!(read("2026-11-01 00:00", "America/Havana", None).is_err());
        assert_eq!(read("2026-11-01", "America/Havana", None).as_deref(), Ok("2026-11-01T04:00:00.000Z"));
        assert_eq!(read("2026-10-25", "Europe/London", None).as_deref(), Ok("2026-10-24T23:00:00.000Z"));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "tomorrow",
            "2026-11-31",
            "2026-13-01",
            "4599",
            "459920",
            "1/2/3/2026",
            "01/12/2026 25:00",
            "20261201",
            "1969-12-31",
            "9999-01-01",
        ] {
            assert!(read(text, "UTC", Some(DateOrder::DayFirst)).is_err(), "{text}");
        }
    }
}
