//! Currencies (ISO 4217) with their usual number of decimals, from `data/currencies.tsv`.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use crate::model::text::{Invalid, serde_by_text};

/// A currency's three-letter code, which has a row in the table: currencies in use, withdrawn ones, funds, metals and the codes
/// for tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(&'static str);
serde_by_text!(Currency);

struct CurrencyRow {
    code: &'static str,
    decimals: u32,
    is_in_use: bool,
}

/// The rows of the table, which is sorted by code.
static CURRENCIES: LazyLock<Vec<CurrencyRow>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let mut fields = line.split('\t');
        let (code, decimals) = (fields.next()?, fields.next()?.parse().ok()?);
        Some(CurrencyRow { code, decimals, is_in_use: fields.next()? == "current" })
    };
    include_str!("data/currencies.tsv").lines().skip(1).filter_map(row).collect()
});

fn row_of(code: &str) -> Option<&'static CurrencyRow> {
    CURRENCIES.binary_search_by_key(&code, |row| row.code).ok().map(|index| &CURRENCIES[index])
}

impl Currency {
    /// The currency with this code, in upper case. Withdrawn currencies are found too.
    pub fn from_code(code: &str) -> Option<Self> {
        row_of(code).map(|row| Self(row.code))
    }

    /// Its three letters.
    pub fn code(self) -> &'static str {
        self.0
    }

    /// The usual number of decimals of an amount; 0 for funds and metals that have none.
    pub fn decimals(self) -> u32 {
        row_of(self.0).map_or(0, |row| row.decimals)
    }

    /// Whether people are paid in it, which excludes withdrawn currencies, funds, metals and codes for tests.
    pub fn is_in_use(self) -> bool {
        row_of(self.0).is_some_and(|row| row.is_in_use)
    }

    /// Every currency of the table, sorted by code.
    pub fn all() -> impl Iterator<Item = Self> {
        CURRENCIES.iter().map(|row| Self(row.code))
    }
}

impl FromStr for Currency {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let currency = Self::from_code(&text.to_ascii_uppercase()).filter(|currency| currency.is_in_use());
        currency.ok_or_else(|| Invalid::rule("must be a current ISO 4217 currency, such as GBP or EUR"))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_complete_and_sorted() {
        assert_eq!(CURRENCIES.len() + 1, include_str!("data/currencies.tsv").lines().count());
        assert!(CURRENCIES.is_sorted_by(|one, next| one.code < next.code));
        assert!(CURRENCIES.iter().all(|row| row.code.len() == 3 && row.decimals <= 4));
    }

    #[test]
    fn decimals_are_those_of_the_standard() {
        for (code, decimals) in [("EUR", 2), ("JPY", 0), ("KRW", 0), ("BHD", 3), ("KWD", 3), ("CLF", 4), ("XAU", 0)] {
            assert_eq!(Currency::from_code(code).map(Currency::decimals), Some(decimals), "{code}");
        }
        assert_eq!(Currency::from_code("eur"), None);
    }
}
