//! Times as gateways write them, read by hand: a library's parser would take longer than all the rest of a row.

use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

/// A moment in seconds since 1970 UTC, and whether the text said in which zone it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) seconds: i64,
    pub(crate) has_zone: bool,
}

/// Reads `2026-11-24T14:36:41Z`, with a blank for the `T`, a fraction, an offset such as `+01:00` or `+0000`, `UTC`, or nothing
/// for a zone, which then is the one given; and the dates of mail. A time that the zone skips counts as the one after it, and
/// of a time that it has twice the first is meant.
pub(crate) fn moment(text: &str, zone: &TimeZone) -> Option<Moment> {
    if let Some(seconds) = plain(text) {
        return Some(Moment { seconds, has_zone: true });
    }
    iso(text, zone).or_else(|| {
        let date = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Some(Moment { seconds: date.as_second(), has_zone: true })
    })
}

/// Reads what nearly all files have: `2026-11-24T14:36:41Z`.
fn plain(text: &str) -> Option<i64> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'Z'] = text.as_bytes()
    else {
        return None;
    };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2].map(|digit| digit.wrapping_sub(b'0'));
    if digits.into_iter().max().is_some_and(|largest| largest > 9) {
        return None;
    }
    let [y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2] = digits.map(i64::from);
    let (year, month, day) = (y1 * 1000 + y2 * 100 + y3 * 10 + y4, m1 * 10 + m2, d1 * 10 + d2);
    seconds_of((year, month, day), (h1 * 10 + h2, n1 * 10 + n2, s1 * 10 + s2))
}

fn iso(text: &str, zone: &TimeZone) -> Option<Moment> {
    let bytes = text.as_bytes();
    let digits = |at: usize, length: usize| number(bytes.get(at..at + length)?);
    let is = |at: usize, signs: &[u8]| bytes.get(at).is_some_and(|byte| signs.contains(byte));
    if !(is(4, b"-") && is(7, b"-") && is(10, b"T t") && is(13, b":")) {
        return None;
    }
    let (year, month, day) = (digits(0, 4)?, digits(5, 2)?, digits(8, 2)?);
    let (hour, minute) = (digits(11, 2)?, digits(14, 2)?);
    let (second, mut end) = if is(16, b":") { (digits(17, 2)?, 19) } else { (0, 16) };
    if is(end, b".,") {
        let fraction = bytes[end + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if fraction == 0 {
            return None;
        }
        end += 1 + fraction;
    }
    let local = seconds_of((year, month, day), (hour, minute, second))?;
    match text[end..].trim_start() {
        "Z" | "z" | "UTC" | "GMT" => Some(Moment { seconds: local, has_zone: true }),
        "" if *zone == TimeZone::UTC => Some(Moment { seconds: local, has_zone: false }),
        "" => Some(Moment { seconds: in_zone(local, zone)?, has_zone: false }),
        offset => Some(Moment { seconds: local - offset_of(offset.as_bytes())?, has_zone: true }),
    }
}

/// The seconds from 1970 to a date and time of day, if there is such a one.
fn seconds_of((year, month, day): (i64, i64, i64), (hour, minute, second): (i64, i64, i64)) -> Option<i64> {
    // A leap second is the last second of its minute.
    let second = if second == 60 { 59 } else { second };
    if !(1..=12).contains(&month) || day == 0 || day > days_of(year, month) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// The seconds of an offset such as `+01:00`, `-0530` or `+02`.
fn offset_of(text: &[u8]) -> Option<i64> {
    let sign = match text.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = match &text[1..] {
        [h1, h2] => (number(&[*h1, *h2])?, 0),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => (number(&[*h1, *h2])?, number(&[*m1, *m2])?),
        _ => return None,
    };
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 3600 + minutes * 60))
}

fn in_zone(local: i64, zone: &TimeZone) -> Option<i64> {
    let date = jiff::Timestamp::from_second(local).ok()?.to_zoned_datetime(TimeZone::UTC).datetime();
    let date: DateTime = date;
    zone.to_timestamp(date).ok().map(jiff::Timestamp::as_second)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| match digit {
        b'0'..=b'9' => Some(number * 10 + i64::from(digit - b'0')),
        _ => None,
    })
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, with years that begin in March.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seconds(text: &str, zone: &TimeZone) -> Option<i64> {
        moment(text, zone).map(|moment| moment.seconds)
    }

    #[test]
    fn every_way_of_writing_a_time_gives_the_same_second() {
        let expected = Some(1_795_531_001);
        for text in [
            "2026-11-24T14:36:41Z",
            "2026-11-24 14:36:41",
            "2026-11-24 14:36:41.999999",
            "2026-11-24T14:36:41.5+00:00",
            "2026-11-24T15:36:41+01:00",
            "2026-11-24 14:36:41 UTC",
            "2026-11-24 09:06:41 -0530",
            "2026-11-24T14:36:41+0000",
            "Tue, 24 Nov 2026 14:36:41 +0000",
        ] {
            assert_eq!(seconds(text, &TimeZone::UTC), expected, "{text}");
        }
        let london = TimeZone::get("Europe/London").expect("zone");
        assert_eq!(seconds("2026-07-01 12:00:00", &london), seconds("2026-07-01T11:00:00Z", &TimeZone::UTC));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2026-11-24",
            "2026-02-30 00:00:00",
            "2026-13-01 00:00:00",
            "2026-11-24 24:00:00",
            "2026-11-24T14:36:41X",
            "2026-11-24T14:36:41.Z",
            "24/11/2026 14:36",
            "2026-11-24T14:36:41+1",
            "1795531001",
            "2026-11-24T14:36:41é",
        ] {
            assert_eq!(seconds(text, &TimeZone::UTC), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_second_is_what_the_library_makes_of_it(second in 0_i64..7_258_118_400) {
            let text = jiff::Timestamp::from_second(second).expect("in range").to_string();
            prop_assert_eq!(seconds(&text, &TimeZone::UTC), Some(second));
            prop_assert_eq!(plain(&text), Some(second));
        }

        #[test]
        fn the_quick_way_says_what_the_other_one_says(
            text in "[0-2][0-9][0-9:]{2}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9/][Zz ]?"
        ) {
            let london = TimeZone::get("Europe/London").expect("zone");
            if let Some(seconds) = plain(&text) {
                prop_assert_eq!(iso(&text, &london), Some(Moment { seconds, has_zone: true }));
            } else if text.len() == 20 && text.contains('T') && text.ends_with('Z') {
                prop_assert_eq!(iso(&text, &london), None);
            }
        }
    }
}
