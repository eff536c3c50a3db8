//! Mobile networks by their codes (ITU-T E.212).

use std::fmt;
use std::str::FromStr;

use crate::model::text::{Invalid, serde_by_text};

/// A mobile network: its mobile country code (MCC, three digits) and mobile network code (MNC, two or three digits) in one text,
/// such as `23410` or `310260`.
///
/// No country code begins with 0, so the number alone says how many digits the network code has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MobileNetwork(u32);
serde_by_text!(MobileNetwork);

impl MobileNetwork {
    /// The five or six digits as a number.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The network of a number; `None` if it has another form.
    pub fn from_number(number: u32) -> Option<Self> {
        let country = if number < 100_000 { number / 100 } else { number / 1_000 };
        matches!(country, 200..=799 | 901).then_some(Self(number))
    }

    /// The mobile country code.
    pub const fn country_code(self) -> u32 {
        if self.0 < 100_000 { self.0 / 100 } else { self.0 / 1_000 }
    }
}

impl FromStr for MobileNetwork {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let is_code = matches!(text.len(), 5 | 6) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_code).and_then(Self::from_number).ok_or_else(|| {
            Invalid::rule("must be a mobile country code and a mobile network code, 5 or 6 digits such as 23410")
        })
    }
}

impl fmt::Display for MobileNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_a_country_code_and_a_network_code() {
        for (text, country) in [("23410", 234), ("310260", 310), ("62130", 621), ("90101", 901)] {
            let network: MobileNetwork = text.parse().expect(text);
            assert_eq!((network.to_string().as_str(), network.country_code()), (text, country));
        }
        for text in ["", "2341", "02341", "1234567", "12345", "+23410", "2341O", "99999", "234 10"] {
            assert!(text.parse::<MobileNetwork>().is_err(), "{text}");
        }
    }
}
