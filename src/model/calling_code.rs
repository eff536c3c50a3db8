//! Finds the country of a telephone number by its calling code (ITU-T E.164 and its operational bulletins).
//!
//! `data/countries.tsv` lists the codes. If several match a number, the longest one decides. Codes that belong to no country
//! (satellite networks, freephone) are left out. If countries share a code that four digits do not distinguish, it belongs to
//! the largest. In the North American Numbering Plan the area code decides; numbers with an unlisted one count as US numbers.

use std::sync::LazyLock;

use crate::model::country::COUNTRIES;
use crate::model::{Country, calling_code};

/// Maps each four-digit prefix to an index in [`COUNTRIES`], counted from 1; 0 means no country.
static BY_PREFIX: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut table = vec![(0, 0); 10_000];
    for (index, country) in (1..).zip(COUNTRIES.iter()) {
        for code in country.calling_codes.split_whitespace() {
            let width = [10_000, 1_000, 100, 10, 1][code.len()];
            let first = code.parse::<usize>().unwrap_or_default() * width;
            for entry in &mut table[first..first + width] {
                if entry.1 < code.len() {
                    *entry = (index, code.len());
                }
            }
        }
    }
    table.into_iter().map(|(index, _)| index).collect()
});

/// The country code (ISO 3166-1) of an international number without `+`; it must have at least four digits.
pub fn country_of(number: u64) -> Option<&'static str> {
    let mut prefix = number;
    while prefix >= 10_000 {
        prefix /= 10;
    }
    let index = usize::from(*BY_PREFIX.get(usize::try_from(prefix).ok()?)?);
    COUNTRIES.get(index.checked_sub(1)?).map(|country| country.code)
}

/// The main calling code of a country; `None` if the country only shares the code of another one.
pub fn calling_code_of(country: &Country) -> Option<&'static str> {
    country.row()?.calling_codes.split_whitespace().next().and_then(calling_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_matching_code_decides_the_country() {
        let numbers = [
            (447_700_900_123, Some("GB")),
            (12_025_550_123, Some("US")),
            (14_165_550_123, Some("CA")),
            (18_765_550_123, Some("JM")),
            (74_951_234_567, Some("RU")),
            (77_011_234_567, Some("KZ")),
            (59_991_234_567, Some("CW")),
            (59_931_234_567, Some("BQ")),
            (38_344_123_456, Some("XK")),
            (870_773_111_222, None),
            (80_012_345_678, None),
        ];
        for (number, country) in numbers {
            assert_eq!(country_of(number), country, "{number}");
        }
    }

    #[test]
    fn a_country_has_a_calling_code_of_its_own() {
        let code = |country: &str| calling_code_of(&country.parse().expect("valid"));
        assert_eq!(
            [code("GB"), code("US"), code("CA"), code("CW"), code("JE")],
            [Some("44"), Some("1"), Some("1"), Some("599"), None]
        );
    }

    #[test]
    fn every_code_is_assigned() {
        for country in COUNTRIES.iter() {
            for code in country.calling_codes.split_whitespace() {
                assert!(calling_code(code).is_some() || code == "247", "{} {code}", country.code);
            }
        }
    }

    #[test]
    fn no_code_belongs_to_two_countries() {
        let mut codes: Vec<&str> =
            COUNTRIES.iter().flat_map(|country| country.calling_codes.split_whitespace()).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
