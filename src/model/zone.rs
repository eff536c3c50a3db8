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
        TimeZone::get(text)
            .map(Self)
            .map_err(|_| Invalid::rule("must be an IANA time zone, such as Europe/London or UTC"))
    }
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
