//! Time zones by IANA name, which decide when a day begins.

use std::fmt;
use std::str::FromStr;

use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::{Deserialize, Deserializer};

use crate::model::{Invalid, Time};

/// A time zone with an IANA name.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of all stored times.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The zone in the time library's type.
    pub fn time_zone(&self) -> TimeZone {
        self.0.clone()
    }

    /// Whether it is UTC, which needs no name where times are shown.
    pub fn is_utc(&self) -> bool {
        self.0 == TimeZone::UTC
    }

    /// What its clocks show at a time, for people: `2026-11-24 14:36:41`, with the offset in the hour that comes twice where
    /// clocks go back.
    pub fn for_reading(&self, time: Time) -> String {
        let local = time.timestamp().to_zoned_datetime(self.time_zone());
        let comes_twice =
            matches!(self.0.to_ambiguous_timestamp(local.datetime()).offset(), AmbiguousOffset::Fold { .. });
        local.strftime(if comes_twice { "%Y-%m-%d %H:%M:%S%:z" } else { "%Y-%m-%d %H:%M:%S" }).to_string()
    }
}

impl FromStr for Zone {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        TimeZone::get(text).map(Self).map_err(|_| match names_of_city(text).as_slice() {
            [] => Invalid::rule("must be an IANA time zone, such as Europe/London or UTC"),
            names => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                Invalid::rule(format!("must be an IANA time zone; {} is {}", text.trim(), names.join(" or ")))
            }
        })
    }
}

/// The zones of a city: `new york` is the end of `America/New_York`.
fn names_of_city(city: &str) -> Vec<String> {
    let city = city.trim().replace(' ', "_");
    let is_of = |name: &str| name.rsplit_once('/').is_some_and(|(_, last)| last.eq_ignore_ascii_case(&city));
    // Some databases list every zone again in these folders.
    let is_copy = |name: &str| ["posix/", "right/"].iter().any(|folder| name.starts_with(folder));
    jiff::tz::db().available().map(|name| name.to_string()).filter(|name| is_of(name) && !is_copy(name)).collect()
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_is_answered_with_its_zone() {
        for (text, zone) in [("London", "Europe/London"), ("new york", "America/New_York"), ("kolkata", "Asia/Kolkata")]
        {
            let refused = text.parse::<Zone>().unwrap_err().to_string();
            assert_eq!(refused, format!("must be an IANA time zone; {text} is {zone}"));
        }
        let refused = "Atlantis".parse::<Zone>().unwrap_err().to_string();
        assert_eq!(refused, "must be an IANA time zone, such as Europe/London or UTC");
        assert!("europe/london".parse::<Zone>().is_ok());
    }

    #[test]
    fn times_are_those_of_its_clocks_with_the_offset_where_an_hour_comes_twice() {
        let london: Zone = "Europe/London".parse().expect("zone");
        for (time, text) in [
            ("2026-07-01T12:00:00Z", "2026-07-01 13:00:00"),
            ("2026-10-25T00:30:00Z", "2026-10-25 01:30:00+01:00"),
            ("2026-10-25T01:30:00Z", "2026-10-25 01:30:00+00:00"),
            ("2026-10-25T02:00:00Z", "2026-10-25 02:00:00"),
        ] {
            assert_eq!(london.for_reading(time.parse().expect("time")), text);
        }
        assert!(Zone::UTC.is_utc() && "UTC".parse().is_ok_and(|zone: Zone| zone.is_utc()) && !london.is_utc());
    }
}
