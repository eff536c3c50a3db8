//! Destinations of messages.

use std::fmt;
use std::str::FromStr;

use crate::model::calling_code::starts_with_calling_code;
use crate::model::text::{Invalid, is_hidden, is_power_of_ten, is_whole_float, serde_by_text};
use crate::model::{Msisdn, country_of};

/// The destination of a message: usually an E.164 number, but gateways also report the invalid ones that customers submit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destination {
    /// The digits of an international number.
    Number(u64),
    /// Anything else: a short code, a national number, a name.
    Other(Box<str>),
}
serde_by_text!(Destination);

impl Destination {
    /// The country of the number, by its calling code.
    pub fn country(&self) -> Option<&'static str> {
        match self {
            Self::Number(number) => country_of(*number),
            Self::Other(_) => None,
        }
    }

    /// The two-letter country code as bytes; zeros if the country is unknown.
    pub fn country_letters(&self) -> [u8; 2] {
        self.country().and_then(|country| country.as_bytes().try_into().ok()).unwrap_or_default()
    }
}

impl FromStr for Destination {
    type Err = Invalid;

    /// Parses a number like [`crate::model::Msisdn`] does and keeps any other short text unchanged.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        const MAX_LENGTH: usize = 40;
        if let Some(number) = plain(text.as_bytes()) {
            return Ok(Self::Number(number));
        }
        if is_whole_float(text) || is_power_of_ten(text) {
            return Err(Invalid::rule("must not be a number that a spreadsheet has rounded; export the file again"));
        }
        // Numbers that people wrote follow the numbering plans; digits from a gateway may break them.
        if let Some(number) = text.parse().ok().and_then(|number: Msisdn| number.digits().parse().ok()) {
            return Ok(Self::Number(number));
        }
        if !text.contains('/')
            && let Some(number) = international(text)
        {
            return Ok(Self::Number(number));
        }
        // A backslash begins what a database writes for bytes (`\x343437`), and U+FFFD stands for bytes that are not text.
        let is_no_text = |c: char| is_hidden(c) || matches!(c, '\\' | '\u{fffd}');
        if text.is_empty() || text.chars().count() > MAX_LENGTH || text.chars().any(is_no_text) {
            return Err(Invalid::rule(
                "must be a number such as +447700900123, or other text of 1 to 40 visible characters without backslashes",
            ));
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

/// Parses the form of nearly every destination: an E.164 number without separators, with or without `+`. This fast path
/// exists because a traffic import parses a destination per row.
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
    starts_with_calling_code(first).then_some(number)
}

/// Parses eight digits at once in a 64-bit register: adjacent digits are combined into two-digit numbers, and those into
/// one number.
fn eight_digits(digits: [u8; 8]) -> Option<u64> {
    const PAIRS: u64 = 0x0000_00ff_0000_00ff;
    let digits = u64::from_le_bytes(digits) ^ 0x3030_3030_3030_3030;
    // A byte above 9 now has its top bit set, or gets it by the addition.
    if (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let pairs = digits * 10 + (digits >> 8);
    let odd = (pairs & PAIRS).wrapping_mul(100 + (1_000_000 << 32));
    let even = ((pairs >> 16) & PAIRS).wrapping_mul(1 + (10_000 << 32));
    Some(odd.wrapping_add(even) >> 32)
}

/// Parses an E.164 number with optional separators: 8 to 15 digits that begin with an assigned calling code.
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
    (length >= 8 && starts_with_calling_code(first)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_fast_path_agrees_with_the_general_parser(text in "[+0]?[0-9]{6,16}([ ./:;-][0-9]{0,3})?") {
            let is_plain = text.bytes().all(|byte| byte == b'+' || byte.is_ascii_digit()) && !text.starts_with('0');
            prop_assert_eq!(plain(text.as_bytes()), international(&text).filter(|_| is_plain));
        }

        #[test]
        fn eight_digits_parse_and_other_bytes_do_not(bytes: [u8; 8], digits in "[0-9]{8}", place in 0..8_usize) {
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
    fn a_destination_is_a_number_if_possible_and_otherwise_kept_unchanged() {
        for text in ["+447700900123", "00447700900123", "447700900123", "+44 (7700) 900-123"] {
            assert_eq!(text.parse(), Ok(Destination::Number(447_700_900_123)), "{text}");
        }
        for text in ["07700900123", "60606", "ACME", "+21012345678", "4477009001234567"] {
            assert_eq!(text.parse(), Ok(Destination::Other(text.into())), "{text}");
        }
        for text in ["", "4.47701E+11", "4,47701E+11", "4.47701E11", "447700900123.0", "a\nb", &"1".repeat(41)] {
            assert!(text.parse::<Destination>().is_err(), "{text}");
        }
        // Bytes as a database writes them, bytes that are not text, and characters that cannot be seen.
        for text in
            ["\\x343437373030393030313233", "\\N", "M\u{fffd}ller", "44770\u{200b}0900123", "\u{202e}AC", "A\u{ad}C"]
        {
            assert!(text.parse::<Destination>().is_err(), "{text}");
        }
    }
}
