//! Telephone numbers in international form (ITU-T E.164).

use std::fmt;
use std::str::FromStr;

use compact_str::{CompactString, format_compact};

use crate::model::text::{Invalid, parts_of, quoted, string_value, write_joined};

/// A telephone number in international form: `+` and 8 to 15 digits that begin with an assigned calling code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Msisdn(CompactString);
string_value!(Msisdn);

impl Msisdn {
    /// The digits without `+`, the form that SMPP and gateways use.
    pub fn digits(&self) -> &str {
        &self.0[1..]
    }

    /// Restores a number from the digits of a valid one.
    pub(super) fn of_digits(digits: u64) -> Self {
        Self(format_compact!("+{digits}"))
    }
}

impl FromStr for Msisdn {
    type Err = Invalid;

    /// Accepts `+44 7700 900123`, `0044…` and `44…`, with spaces, points, dashes, slashes and brackets between the digits.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Some(digits) = text.strip_prefix('+')
            && (8..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && calling_code(digits).is_some()
        {
            return Ok(Self(text.into()));
        }
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')' | '/')).collect();
        let international = digits.strip_prefix('+').or_else(|| digits.strip_prefix("00")).unwrap_or(&digits);
        if !international.bytes().all(|b| b.is_ascii_digit()) || !(8..=15).contains(&international.len()) {
            return Err(Invalid::rule("must be an international number of 8 to 15 digits, such as +447700900123"));
        }
        if calling_code(international).is_none() {
            return Err(Invalid::rule("must begin with a country calling code, such as +44"));
        }
        Ok(Self(format_compact!("+{international}")))
    }
}

/// The assigned calling code at the beginning of a number, if any (ITU-T E.164, list of assigned codes).
pub fn calling_code(digits: &str) -> Option<&str> {
    (1..=3).filter_map(|length| digits.get(..length)).find(|code| is_assigned(code))
}

/// Whether three digits begin with an assigned calling code.
pub(super) fn starts_with_calling_code([first, second, third]: [u8; 3]) -> bool {
    let digit = |byte: u8| usize::from(byte.wrapping_sub(b'0'));
    PREFIXES.get(digit(first) * 100 + digit(second) * 10 + digit(third)).is_some_and(|is_assigned| *is_assigned)
}

/// For each three-digit prefix, whether it begins with an assigned code. Computed once, because parsing a traffic file
/// checks every destination.
static PREFIXES: [bool; 1000] = {
    let mut prefixes = [false; 1000];
    let mut number = 0;
    while number < 1000 {
        prefixes[number as usize] =
            is_assigned_number(1, number / 100) || is_assigned_number(2, number / 10) || is_assigned_number(3, number);
        number += 1;
    }
    prefixes
};

fn is_assigned(code: &str) -> bool {
    code.parse().is_ok_and(|number| is_assigned_number(code.len(), number))
}

/// Whether a number with `length` digits is an assigned code.
const fn is_assigned_number(length: usize, number: u16) -> bool {
    match length {
        1 => matches!(number, 1 | 7),
        2 => matches!(
            number,
            20 | 27 | 30..=34 | 36 | 39..=41 | 43..=49 | 51..=58 | 60..=66 | 81 | 82 | 84 | 86 | 90..=95 | 98
        ),
        _ => matches!(
            number,
            211..=213 | 216 | 218 | 220..=258 | 260..=269 | 290 | 291 | 297..=299
                | 350..=359 | 370..=383 | 385..=387 | 389 | 420 | 421 | 423 | 500..=509 | 590..=599
                | 670 | 672..=683 | 685..=692 | 800 | 808 | 850 | 852 | 853 | 855 | 856 | 870 | 878
                | 880..=883 | 886 | 888 | 960..=968 | 970..=977 | 979 | 992..=996 | 998
        ),
    }
}

/// Numbers separated by commas, semicolons or line breaks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MsisdnList(pub Vec<Msisdn>);

impl FromStr for MsisdnList {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        parts_of(text)
            .map(|part| part.parse().map_err(|rule| Invalid::rule(format!("{} {rule}", quoted(part)))))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl fmt::Display for MsisdnList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_joined(f, &self.0, ",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_parses_to_one_number() {
        for text in ["+447700900123", "00447700900123", "447700900123", "+44 7700 900-123", "+44 (7700) 900.123"] {
            let number: Msisdn = text.parse().expect(text);
            assert_eq!(number.as_str(), "+447700900123");
            assert_eq!(number.digits(), "447700900123");
        }
    }

    #[test]
    fn national_short_and_unassigned_numbers_are_rejected() {
        for text in ["07700900123", "+21012345678", "+4477", "1234", "+44770090012345678", "4.47E+11", "", "+\u{664}4"]
        {
            assert!(text.parse::<Msisdn>().is_err(), "{text}");
        }
    }

    #[test]
    fn no_assigned_code_begins_another() {
        let assigned: Vec<String> = (1..1000).map(|n: u16| n.to_string()).filter(|code| is_assigned(code)).collect();
        for code in &assigned {
            let inner = assigned.iter().find(|other| *other != code && code.starts_with(other.as_str()));
            assert_eq!(inner, None, "{code}");
        }
        assert_eq!(calling_code("35312345678"), Some("353"));
    }

    #[test]
    fn the_prefix_table_agrees_with_the_list() {
        for number in 0..1000 {
            let digits = format!("{number:03}");
            let bytes = [0, 1, 2].map(|index| digits.as_bytes()[index]);
            assert_eq!(starts_with_calling_code(bytes), calling_code(&digits).is_some(), "{digits}");
        }
    }

    #[test]
    fn a_list_names_the_invalid_number() {
        let list: MsisdnList = "+447700900123, 447700900124;\n".parse().expect("valid");
        assert_eq!(list.0.len(), 2);
        assert!("+447700900123,12".parse::<MsisdnList>().unwrap_err().to_string().starts_with("`12` must"));
    }
}
