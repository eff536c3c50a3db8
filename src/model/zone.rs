//! Time zones by IANA name, which decide when a day begins.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer};

use crate::model::Invalid;

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
}
