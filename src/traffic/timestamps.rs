//! Timestamps as gateways write them.
//!
//! Digits are parsed by our own code, which takes a tenth of the time of jiff's parser; jiff's calendar gives them their meaning.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::{Offset, TimeZone};

/// A time in seconds since 1970 UTC, and whether the text named its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) seconds: i64,
    pub(crate) has_zone: bool,
}

/// Reads `2026-11-24T14:36:41Z`, with a blank for the `T`, a fraction, an offset such as `+01:00` or `+0000`, `UTC`, or no zone, which
/// means the given one; also the dates of emails. A time that the zone skips counts as the one after it; of a time that occurs twice
/// the first is meant.
pub(crate) fn moment(text: &str, zone: &TimeZone) -> Option<Moment> {
    let (time, has_zone) = match iso(text, zone) {
        Some(found) => found,
        None => (rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?, true),
    };
    Some(Moment { seconds: time.as_second(), has_zone })
}

fn iso(text: &str, zone: &TimeZone) -> Option<(Timestamp, bool)> {
    let bytes = text.as_bytes();
    let is = |at: usize, signs: &[u8]| bytes.get(at).is_some_and(|byte| signs.contains(byte));
    let pair = |at: usize| pair_of(bytes.get(at..at + 2)?);
    if !(is(4, b"-") && is(7, b"-") && is(10, b"T t") && is(13, b":")) {
        return None;
    }
    let year = i16::from(pair(0)?) * 100 + i16::from(pair(2)?);
    let (second, mut end) = if is(16, b":") { (pair(17)?, 19) } else { (0, 16) };
    if is(end, b".,") {
        let fraction = bytes[end + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if fraction == 0 {
            return None;
        }
        end += 1 + fraction;
    }
    // A leap second counts as the last second of its minute.
    let second = if second == 60 { 59 } else { second };
    let local = DateTime::new(year, pair(5)?, pair(8)?, pair(11)?, pair(14)?, second, 0).ok()?;
    let rest = text[end..].trim_start();
    let time = match rest {
        "" => zone.to_timestamp(local),
        "Z" | "z" | "UTC" | "GMT" => Offset::UTC.to_timestamp(local),
        offset => offset_of(offset.as_bytes())?.to_timestamp(local),
    };
    Some((time.ok()?, !rest.is_empty()))
}

/// An offset such as `+01:00`, `-0530` or `+02`.
fn offset_of(text: &[u8]) -> Option<Offset> {
    let (sign, digits) = text.split_first()?;
    let (hours, minutes) = match digits {
        hours if hours.len() == 2 => (pair_of(hours)?, 0),
        [h1, h2, minutes @ ..] if minutes.len() == 2 => (pair_of(&[*h1, *h2])?, pair_of(minutes)?),
        [h1, h2, b':', minutes @ ..] => (pair_of(&[*h1, *h2])?, pair_of(minutes)?),
        _ => return None,
    };
    let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
    match sign {
        _ if hours > 23 || minutes > 59 => None,
        b'+' => Offset::from_seconds(seconds).ok(),
        b'-' => Offset::from_seconds(-seconds).ok(),
        _ => None,
    }
}

/// A number of two digits.
fn pair_of(digits: &[u8]) -> Option<i8> {
    match digits {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(((tens - b'0') * 10 + (ones - b'0')).cast_signed()),
        _ => None,
    }
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
            let text = Timestamp::from_second(second).expect("in range").to_string();
            prop_assert_eq!(seconds(&text, &TimeZone::UTC), Some(second));
        }

        #[test]
        fn a_time_of_a_zone_is_what_the_library_makes_of_it(
            text in "(198[0-9]|2[01][0-9]{2})-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]([.,][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):?[0-6][0-9])?"
        ) {
            let london = TimeZone::get("Europe/London").expect("zone");
            let by_library = text.parse().or_else(|_| text.parse().and_then(|local| london.to_timestamp(local)));
            let by_library = by_library.ok().map(|time: Timestamp| time.as_second());
            prop_assert_eq!(seconds(&text, &london), by_library);
        }
    }
}
