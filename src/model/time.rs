//! Moments: UTC, to the millisecond, written as RFC 3339.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::model::text::{Invalid, serde_by_text};

/// A moment in UTC. Its text has a fixed width (`2026-11-24T14:36:41.123Z`), so texts sort as moments do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time(Timestamp);
serde_by_text!(Time);

impl Time {
    /// What the system clock says. Only a [`crate::store::Clock`] asks it; everything else is handed its time.
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    pub fn now() -> Self {
        Self::from_timestamp(Timestamp::now())
    }

    /// A moment cut down to the millisecond.
    pub fn from_timestamp(timestamp: Timestamp) -> Self {
        let milliseconds = timestamp.as_millisecond();
        Self(Timestamp::from_millisecond(milliseconds).unwrap_or(timestamp))
    }

    /// The moment as the time library's own type.
    pub const fn timestamp(self) -> Timestamp {
        self.0
    }

    /// Date and time of day to the second for a person to read, in UTC: `2026-11-24 14:36:41`.
    pub fn for_reading(self) -> String {
        self.0.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

impl FromStr for Time {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.parse()
            .map(Self::from_timestamp)
            .map_err(|_| Invalid::rule("must be a time by RFC 3339 such as 2026-11-24T14:36:41Z"))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_time_needs_its_zone() {
        for text in ["2026-11-24", "2026-11-24 14:36:41", "2026-02-30T00:00:00Z", "yesterday"] {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
    }
}
