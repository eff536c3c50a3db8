//! The grace period during which a replaced password still works.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;

use crate::model::Time;
use crate::model::text::Invalid;

/// A grace period of up to 90 days, in whole minutes, hours or days: `30m`, `72h`, `3d`, or `0` for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grace {
    minutes: i64,
}

impl Grace {
    const MAX_MINUTES: i64 = 90 * 24 * 60;

    /// Whether there is no grace period.
    pub fn is_none(self) -> bool {
        self.minutes == 0
    }

    /// The end of a grace period that begins at the given time; `None` if there is no grace period.
    pub fn after(self, begin: Time) -> Option<Time> {
        if self.is_none() {
            return None;
        }
        let end = begin.timestamp().saturating_add(SignedDuration::from_mins(self.minutes));
        // The end overflows only if the clock is wildly wrong; the old password then stops working at once.
        end.ok().map(Time::from_timestamp)
    }
}

/// Three days, so that a customer can change the password of its client after a weekend.
impl Default for Grace {
    fn default() -> Self {
        Self { minutes: 3 * 24 * 60 }
    }
}

impl FromStr for Grace {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rule =
            || Invalid::rule("must be a number of minutes, hours or days up to 90d, such as 30m, 72h or 3d, or 0");
        let (number, unit) = match text.char_indices().next_back() {
            Some((at, 'm')) => (&text[..at], 1),
            Some((at, 'h')) => (&text[..at], 60),
            Some((at, 'd')) => (&text[..at], 24 * 60),
            _ if text == "0" => (text, 1),
            _ => return Err(rule()),
        };
        if !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(rule());
        }
        let minutes = number.parse::<i64>().ok().and_then(|number| number.checked_mul(unit));
        minutes.filter(|minutes| *minutes <= Self::MAX_MINUTES).map(|minutes| Self { minutes }).ok_or_else(rule)
    }
}

impl fmt::Display for Grace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.minutes {
            0 => f.write_str("0"),
            minutes if minutes % 60 == 0 => write!(f, "{}h", minutes / 60),
            minutes => write!(f, "{minutes}m"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_hours_and_days_are_parsed() {
        let forms =
            [("30m", "30m"), ("72h", "72h"), ("3d", "72h"), ("120m", "2h"), ("0", "0"), ("0h", "0"), ("90d", "2160h")];
        for (text, shown) in forms {
            assert_eq!(text.parse::<Grace>().expect(text).to_string(), shown);
        }
        assert_eq!(Grace::default(), "72h".parse().expect("valid"));
        for text in ["", "h", "72", "1.5h", "-1h", "+1h", "91d", "3w", "72 h", "9223372036854775807d", "\u{661}h"] {
            assert!(text.parse::<Grace>().is_err(), "{text}");
        }
    }

    #[test]
    fn no_grace_period_has_no_end() {
        let begin: Time = "2026-11-24T12:00:00Z".parse().expect("valid");
        assert_eq!("0".parse::<Grace>().expect("valid").after(begin), None);
        assert_eq!(Grace::default().after(begin), Some("2026-11-27T12:00:00Z".parse().expect("valid")));
    }
}
