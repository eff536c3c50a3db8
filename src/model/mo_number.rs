//! Numbers to which mobile phones send messages.

use std::str::FromStr;

use compact_str::CompactString;

use crate::model::Msisdn;
use crate::model::text::{Invalid, ParsedList, string_value};

/// A number that receives messages: a short code of 3 to 8 digits, or an international number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MoNumber(CompactString);
string_value!(MoNumber);

/// Numbers separated by commas, semicolons or line breaks.
pub type MoNumberList = ParsedList<MoNumber>;

impl MoNumber {
    /// Restores a number that was valid when it was stored.
    pub(crate) fn stored(text: &str) -> Result<Self, Invalid> {
        if is_short_code(text) { Ok(Self(text.into())) } else { Msisdn::stored(text).map(Self::from) }
    }
}

impl From<Msisdn> for MoNumber {
    fn from(number: Msisdn) -> Self {
        Self(number.as_str().into())
    }
}

impl FromStr for MoNumber {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if is_short_code(text) {
            return Ok(Self(text.into()));
        }
        text.parse::<Msisdn>().map(Self::from).map_err(|rule| {
            if text.len() < 9 && text.bytes().all(|b| b.is_ascii_digit()) {
                Invalid::rule("must be a short code of 3 to 8 digits, or an international number such as +447700900123")
            } else {
                rule
            }
        })
    }
}

/// Whether a text is a short code. It has no country, so that nothing else is known about its digits.
fn is_short_code(text: &str) -> bool {
    (3..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with("00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_codes_and_international_numbers_are_accepted() {
        for (text, number) in [
            ("60300", "60300"),
            (" 911 ", "911"),
            ("02800", "02800"),
            ("12345678", "12345678"),
            ("+44 7700 900123", "+447700900123"),
            ("447700900123", "+447700900123"),
        ] {
            let parsed: MoNumber = text.parse().expect(text);
            assert_eq!(parsed.as_str(), number);
            assert_eq!(MoNumber::stored(number), Ok(parsed));
        }
        for text in ["", "60", "07700900123", "60 300", "60300x", "00123", "60300.0", "123456789"] {
            assert!(text.parse::<MoNumber>().is_err(), "{text}");
        }
    }
}
