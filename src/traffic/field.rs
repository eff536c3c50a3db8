//! A field of a row: its text, the numbers in it, and its faults.

use std::str::FromStr;

use crate::error::{Error, Fault, InputError};
use crate::formats::csv::Record;
use crate::formats::no_value::is_no_value;
use crate::formats::row::unguarded;
use crate::model::{Invalid, MobileNetwork, Money};

/// A field of a record.
#[derive(Clone, Copy)]
pub(crate) struct RowField<'a> {
    record: Record<'a>,
    index: usize,
    name: &'static str,
}

impl<'a> RowField<'a> {
    pub(crate) fn new(record: Record<'a>, index: usize, name: &'static str) -> Self {
        Self { record, index, name }
    }

    /// The text; empty if it is a word for no value, such as `NULL`.
    #[inline]
    pub(crate) fn text(self) -> &'a str {
        let text = self.verbatim();
        if is_no_value(text) { "" } else { text }
    }

    /// The text, even if it is a word for no value.
    #[inline]
    pub(crate) fn verbatim(self) -> &'a str {
        let text = self.record.field(self.index);
        match text.as_bytes() {
            // Most fields have nothing to trim; this test is cheaper than trimming.
            [] => text,
            [only] if only.is_ascii_alphanumeric() => text,
            [first, .., last] if *first != b'\'' && first.is_ascii_graphic() && last.is_ascii_graphic() => text,
            _ => unguarded(text.trim()),
        }
    }

    pub(crate) fn fault(self, error: Error) -> Fault {
        let place = self.record.place(self.index);
        Fault::of_row(place.line, place.column, error)
    }

    pub(crate) fn invalid(self, rule: Invalid) -> Fault {
        // Bytes that are not text were replaced, because other columns may have any.
        if self.verbatim().contains('\u{fffd}') {
            let message = format!("{} is not UTF-8; save the file as CSV in UTF-8", self.name);
            return self.fault(Error::Input { code: InputError::BadEncoding, message });
        }
        self.fault(Error::invalid(self.name, self.verbatim(), rule))
    }

    pub(crate) fn missing(self) -> Fault {
        self.fault(Error::Input { code: InputError::MissingValue, message: format!("{} is needed", self.name) })
    }

    pub(crate) fn parsed<T: FromStr<Err = Invalid>>(self) -> Result<T, Fault> {
        self.parsed_from(self.text())
    }

    /// Parses a text that is in this field.
    pub(crate) fn parsed_from<T: FromStr<Err = Invalid>>(self, text: &str) -> Result<T, Fault> {
        if text.is_empty() {
            return Err(self.missing());
        }
        text.parse().map_err(|rule| self.invalid(rule))
    }

    /// The number of parts. Empty or zero, for gateways that do not know it, counts as one.
    pub(crate) fn parts(self) -> Result<u16, Fault> {
        match self.text() {
            "" | "0" | "1" => Ok(1),
            text => text
                .parse()
                .ok()
                .filter(|parts| (1..=255).contains(parts))
                .ok_or_else(|| self.invalid(Invalid::rule("must be a number of parts from 1 to 255"))),
        }
    }

    /// The mobile network. A column called `network` may have names of networks instead, which say nothing to prices.
    pub(crate) fn network(self, column: &str) -> Result<Option<MobileNetwork>, Fault> {
        match self.text() {
            "" => Ok(None),
            text if column == "mccmnc" => text.parse().map(Some).map_err(|rule| self.invalid(rule)),
            text => Ok(text.parse().ok()),
        }
    }

    /// An amount, which may have an exponent on request.
    pub(crate) fn amount(self, takes_exponents: bool) -> Result<Money, Fault> {
        match without_exponent(self.text()).filter(|_| takes_exponents) {
            Some(text) => self.parsed_from(&text),
            None => self.parsed(),
        }
    }
}

/// Writes a number with a negative exponent, such as Python's `0E-7` for a decimal zero, without it. Numbers with other exponents
/// are those of a spreadsheet that has dropped digits.
fn without_exponent(text: &str) -> Option<String> {
    // More than any amount has; it bounds the length of the result.
    const MOST_PLACES: usize = 40;
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let places: usize = exponent.strip_prefix('-')?.parse().ok().filter(|places| *places <= MOST_PLACES)?;
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let padded = format!("{whole:0>width$}", width = places + 1);
    let (whole, moved) = padded.split_at(padded.len() - places);
    let decimals = format!("{moved}{fraction}");
    match decimals.trim_end_matches('0') {
        "" => Some(format!("{sign}{whole}")),
        decimals => Some(format!("{sign}{whole}.{decimals}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_negative_exponent_moves_the_point_and_loses_no_digit() {
        for (text, plain) in [
            ("0E-7", "0"),
            ("1E-7", "0.0000001"),
            ("1.25E-2", "0.0125"),
            ("-4e-2", "-0.04"),
            ("12.50E-1", "1.25"),
            ("125E-2", "1.25"),
        ] {
            assert_eq!(without_exponent(text).as_deref(), Some(plain), "{text}");
        }
        for text in ["1.23457E+11", "1E2", "E-1", "1E-", "x1E-2", "1E-41", "0.5", "1,5E-2", ""] {
            assert_eq!(without_exponent(text), None, "{text}");
        }
    }
}
