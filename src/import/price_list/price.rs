//! Reads prices, with a point or, in files separated by semicolons or tabs, a comma before the decimals.

use crate::model::{Invalid, Money};

/// The sign before decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DecimalSign {
    Point,
    Comma,
}

/// Reads the prices of one file, which all have the same decimal sign.
#[derive(Debug)]
pub(super) struct PriceReader {
    allows_commas: bool,
    /// The sign of the first price that has one, and its line.
    first: Option<(DecimalSign, u64)>,
}

impl PriceReader {
    /// For a file with this separator; JSON has none.
    pub(super) fn new(delimiter: Option<u8>) -> Self {
        Self { allows_commas: matches!(delimiter, Some(b';' | b'\t')), first: None }
    }

    /// A price that is not negative, on a line.
    pub(super) fn read(&mut self, text: &str, line: u64) -> Result<Money, Invalid> {
        let sign = match (text.contains(','), text.contains('.')) {
            (true, true) => return Err(Invalid::rule("must be a number without separators of thousands")),
            (true, false) => Some(DecimalSign::Comma),
            (false, true) => Some(DecimalSign::Point),
            (false, false) => None,
        };
        if sign == Some(DecimalSign::Comma) {
            self.check_comma(text)?;
        }
        if let Some(sign) = sign {
            let (first, at) = *self.first.get_or_insert((sign, line));
            if first != sign {
                let before = if first == DecimalSign::Comma { "commas" } else { "points" };
                return Err(Invalid::rule(format!("has another decimal sign than line {at}, which has {before}")));
            }
        }
        let price: Money = text.replace(',', ".").parse()?;
        if price < Money::ZERO { Err(Invalid::rule("must not be negative")) } else { Ok(price) }
    }

    fn check_comma(&self, text: &str) -> Result<(), Invalid> {
        if !self.allows_commas {
            return Err(Invalid::rule(
                "has a comma; decimal commas are read only in files that are separated by semicolons or tabs",
            ));
        }
        let (whole, decimals) = text.split_once(',').unwrap_or((text, ""));
        if decimals.len() == 3 && !whole.trim_start_matches('0').is_empty() {
            return Err(Invalid::rule(
                "may be thousands or decimals; write it without the comma, or with more decimals",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str], delimiter: u8) -> Vec<String> {
        let mut reader = PriceReader::new(Some(delimiter));
        let read = |(line, text): (u64, &&str)| match reader.read(text, line) {
            Ok(price) => price.to_string(),
            Err(rule) => rule.to_string(),
        };
        (2..).zip(texts).map(read).collect()
    }

    #[test]
    fn commas_are_decimal_signs_in_files_of_semicolons_only() {
        assert_eq!(read(&["0,0350", "1", "0,034", "12,5", "1,2340"], b';'), ["0.035", "1", "0.034", "12.5", "1.234"]);
        for texts in [["0,0350"], ["1,234"]] {
            assert!(read(&texts, b',')[0].starts_with("has a comma; decimal commas"));
        }
    }

    #[test]
    fn what_may_be_thousands_is_refused() {
        assert!(read(&["1,234"], b';')[0].starts_with("may be thousands or decimals"));
        assert!(read(&["1.234,50"], b';')[0].contains("separators of thousands"));
        assert_eq!(read(&["0,5", "1.234"], b';')[1], "has another decimal sign than line 2, which has commas");
        assert_eq!(read(&["0.5", "0,25"], b';')[1], "has another decimal sign than line 2, which has points");
    }

    #[test]
    fn prices_are_exact_and_not_negative() {
        assert_eq!(read(&["0", "0.00000001"], b','), ["0", "0.00000001"]);
        assert_eq!(read(&["0.123456789"], b','), ["must have at most 8 decimals"]);
        assert_eq!(read(&["0,123456789"], b';'), ["must have at most 8 decimals"]);
        assert_eq!(read(&["-1"], b','), ["must not be negative"]);
        for text in ["1e-3", "EUR 1", "1 000", ".5", "5,", "free"] {
            assert!(read(&[text], b';')[0].starts_with("must be a decimal number"), "{text}");
        }
    }
}
