//! Series of invoice numbers: a text with the year in it or not, and a counter that has no holes.

use std::str::FromStr;

use jiff::civil::Date;

use crate::model::text::{Invalid, string_value};

/// What a number begins with: `INV-`, or `INV-{year}-`, which begins anew each year. At most 20 ASCII letters, digits and `-./_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesPattern(String);
string_value!(SeriesPattern);

/// The place of the year.
const YEAR: &str = "{year}";

impl SeriesPattern {
    /// What the numbers of a day begin with. It names the series: each has a counter of its own.
    pub fn prefix(&self, day: Date) -> String {
        self.0.replace(YEAR, &format!("{:04}", day.year()))
    }
}

impl FromStr for SeriesPattern {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rest = text.replacen(YEAR, "", 1);
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-./_".contains(c);
        if text.is_empty() || text.len() > 20 || !rest.chars().all(is_allowed) {
            return Err(Invalid::rule("must be 1 to 20 ASCII letters, digits and -./_, with {year} at most once"));
        }
        // Otherwise a number could be taken for the ID of a draft.
        if rest.chars().all(|c| c.is_ascii_digit()) {
            return Err(Invalid::rule("must not consist of digits only"));
        }
        Ok(Self(text.to_owned()))
    }
}

/// How the numbers of a series are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesRule {
    pub pattern: SeriesPattern,
    /// The counter has at least this many digits.
    pub width: u8,
    /// The first counter of each series.
    pub start: i64,
}

impl SeriesRule {
    /// The number of a counter in the series of a prefix: `INV-2026-0007`.
    pub fn number(&self, prefix: &str, counter: i64) -> String {
        format!("{prefix}{counter:0width$}", width = usize::from(self.width))
    }

    /// The counter of a number that another system gave, if it is one of the series of a prefix.
    pub fn counter_of(&self, prefix: &str, number: &str) -> Option<i64> {
        let counter = number.strip_prefix(prefix)?.parse().ok().filter(|counter| *counter >= 1)?;
        (self.number(prefix, counter) == number).then_some(counter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(pattern: &str) -> SeriesRule {
        SeriesRule { pattern: pattern.parse().expect(pattern), width: 4, start: 1 }
    }

    #[test]
    fn a_series_is_a_year_or_for_ever() {
        let day: Date = "2026-11-28".parse().expect("a date");
        let yearly = rule("INV-{year}-");
        let prefix = yearly.pattern.prefix(day);
        assert_eq!(prefix, "INV-2026-");
        assert_eq!(yearly.number(&prefix, 7), "INV-2026-0007");
        assert_eq!(yearly.number(&prefix, 12_345), "INV-2026-12345");
        assert_eq!(rule("INV").pattern.prefix(day), "INV");
    }

    #[test]
    fn a_number_of_another_system_has_the_form_of_the_series() {
        let yearly = rule("INV-{year}-");
        for (number, counter) in [
            ("INV-2026-0007", Some(7)),
            ("INV-2026-12345", Some(12_345)),
            ("INV-2026-7", None),
            ("INV-2025-0007", None),
            ("INV-2026-0000", None),
            ("INV-2026-+007", None),
            ("INV-2026-x", None),
        ] {
            assert_eq!(yearly.counter_of("INV-2026-", number), counter, "{number}");
        }
    }

    #[test]
    fn a_pattern_cannot_be_taken_for_an_id() {
        for text in ["", "2026", "{year}", "a b", "{year}{year}-", "{month}", "a-very-long-pattern-x"] {
            assert!(text.parse::<SeriesPattern>().is_err(), "{text}");
        }
        for text in ["INV-{year}-", "{year}/", "R"] {
            assert!(text.parse::<SeriesPattern>().is_ok(), "{text}");
        }
    }
}
