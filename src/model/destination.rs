//! Where messages were sent.

use std::fmt;
use std::str::FromStr;

use crate::model::country_of;
use crate::model::msisdn::begin_with_calling_code;
use crate::model::text::{Invalid, is_power_of_ten, serde_by_text};

/// Where a message was sent: mostly a number by E.164, but gateways also report what customers got wrong.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Destination {
    /// The digits of an international number.
    Number(u64),
    /// Anything else: a short code, a national number, a name.
    Other(Box<str>),
}
serde_by_text!(Destination);

impl Destination {
    /// The country of the number by its calling code.
    pub fn country(&self) -> Option<&'static str> {
        match self {
            Self::Number(number) => country_of(*number),
            Self::Other(_) => None,
        }
    }

    /// The two letters of its country; zeros where it has none.
    pub fn country_letters(&self) -> [u8; 2] {
        self.country().and_then(|country| country.as_bytes().try_into().ok()).unwrap_or_default()
    }
}

impl FromStr for Destination {
    type Err = Invalid;

    /// Reads a number as [`crate::model::Msisdn`] does, and takes any other short text as it is.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        const LONGEST: usize = 40;
        if let Some(number) = plain(text.as_bytes()) {
            return Ok(Self::Number(number));
        }
        // The point that programs put behind a whole number would be read as one between its digits.
        let is_float = text.strip_suffix(".0").is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        if !is_float && let Some(number) = international(text) {
            return Ok(Self::Number(number));
        }
        if is_float || is_power_of_ten(text) {
            return Err(Invalid::rule("was a number before a spreadsheet rounded it; export the file again"));
        }
        if text.is_empty() || text.chars().count() > LONGEST || text.chars().any(char::is_control) {
            return Err(Invalid::rule("must be a number such as +447700900123, or another text of 1 to 40 characters"));
        }
        Ok(Self::Other(text.into()))
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "+{number}"),
            Self::Other(text) => f.pad(text),
        }
    }
}

/// Reads what nearly every message has: a number by E.164 without anything between its digits, with a `+` before them or nothing.
fn plain(text: &[u8]) -> Option<u64> {
    let digits = match text {
        [b'+', digits @ ..] => digits,
        [b'0', ..] => return None,
        _ => text,
    };
    let (&first, (before, last)) = (digits.first_chunk()?, digits.split_last_chunk()?);
    if before.len() > 7 {
        return None;
    }
    let before = before.iter().try_fold(0, |number, digit| match digit {
        b'0'..=b'9' => Some(number * 10 + u64::from(digit - b'0')),
        _ => None,
    });
    let number = before? * 100_000_000 + eight_digits(*last)?;
    begin_with_calling_code(first).then_some(number)
}

/// The number that eight digits are, found by reckoning with all of them at once: neighbours are put together to numbers of two
/// digits, and those to one of eight.
fn eight_digits(digits: [u8; 8]) -> Option<u64> {
    const PAIRS: u64 = 0x0000_00ff_0000_00ff;
    let digits = u64::from_le_bytes(digits) ^ 0x3030_3030_3030_3030;
    // Whatever is more than 9 then sets the first bit of its byte, or has it set.
    if (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let pairs = digits * 10 + (digits >> 8);
    let odd = (pairs & PAIRS).wrapping_mul(100 + (1_000_000 << 32));
    let even = ((pairs >> 16) & PAIRS).wrapping_mul(1 + (10_000 << 32));
    Some(odd.wrapping_add(even) >> 32)
}

/// The number that a text stands for by E.164, if it does: 8 to 15 digits that begin with an assigned calling code.
fn international(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let bytes = bytes.strip_prefix(b"+").or_else(|| bytes.strip_prefix(b"00")).unwrap_or(bytes);
    let (mut number, mut length) = (0_u64, 0);
    let mut first = [b'0'; 3];
    for &byte in bytes {
        match byte {
            b'0'..=b'9' if length < 15 => {
                if length < 3 {
                    first[length] = byte;
                }
                number = number * 10 + u64::from(byte - b'0');
                length += 1;
            }
            b' ' | b'.' | b'-' | b'(' | b')' | b'/' => {}
            _ => return None,
        }
    }
    (length >= 8 && begin_with_calling_code(first)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_plain_number_is_read_as_any_other(text in "[+0]?[0-9]{6,16}([ ./:;-][0-9]{0,3})?") {
            let is_plain = text.bytes().all(|byte| byte == b'+' || byte.is_ascii_digit()) && !text.starts_with('0');
            prop_assert_eq!(plain(text.as_bytes()), international(&text).filter(|_| is_plain));
        }

        #[test]
        fn eight_digits_are_a_number_and_other_bytes_are_none(bytes: [u8; 8], digits in "[0-9]{8}", place in 0..8_usize) {
            let number = |bytes: [u8; 8]| {
                let are_digits = bytes.iter().all(u8::is_ascii_digit);
                std::str::from_utf8(&bytes).ok().filter(|_| are_digits).and_then(|digits| digits.parse().ok())
            };
            prop_assert_eq!(eight_digits(bytes), number(bytes));
            let mut digits: [u8; 8] = digits.as_bytes().try_into().expect("eight");
            prop_assert_eq!(eight_digits(digits), number(digits));
            digits[place] = bytes[place];
            prop_assert_eq!(eight_digits(digits), number(digits));
        }
    }

    #[test]
    fn a_destination_is_a_number_where_it_can_be_and_else_kept_as_it_is() {
        for text in ["+447700900123", "00447700900123", "447700900123", "+44 (7700) 900-123"] {
            assert_eq!(text.parse(), Ok(Destination::Number(447_700_900_123)), "{text}");
        }
        for text in ["07700900123", "60606", "ACME", "+21012345678", "4477009001234567"] {
            assert_eq!(text.parse(), Ok(Destination::Other(text.into())), "{text}");
        }
        for text in ["", "4.47701E+11", "4,47701E+11", "447700900123.0", "a\nb", &"1".repeat(41)] {
            assert!(text.parse::<Destination>().is_err(), "{text}");
        }
    }
}
