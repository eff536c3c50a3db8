//! The country that a telephone number belongs to, by its calling code (ITU-T E.164 and its operational bulletins).
//!
//! `data/countries.tsv` has the codes. Of several that fit a number, the longest holds. Codes of no country (satellite
//! networks, freephone) are left out. Where countries share a code that four digits do not distinguish, the largest has it. In
//! the North American Numbering Plan these are the area codes; a number they do not place is American.

use std::sync::LazyLock;

use crate::model::country::COUNTRIES;
use crate::model::{Country, calling_code};

/// The place in [`COUNTRIES`] for each beginning of four digits, from 1; 0 for none.
static BY_BEGINNING: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut table = vec![(0, 0); 10_000];
    for (place, country) in (1..).zip(COUNTRIES.iter()) {
        for code in country.calling_codes.split_whitespace() {
            let width = [10_000, 1_000, 100, 10, 1][code.len()];
            let first = code.parse::<usize>().unwrap_or_default() * width;
            for entry in &mut table[first..first + width] {
                if entry.1 < code.len() {
                    *entry = (place, code.len());
                }
            }
        }
    }
    table.into_iter().map(|(place, _)| place).collect()
});

/// The country (ISO 3166-1) of an international number given as its digits, at least four, without a sign.
pub fn country_of(number: u64) -> Option<&'static str> {
    let mut beginning = number;
    while beginning >= 10_000 {
        beginning /= 10;
    }
    let place = usize::from(*BY_BEGINNING.get(usize::try_from(beginning).ok()?)?);
    COUNTRIES.get(place.checked_sub(1)?).map(|country| country.code)
}

/// The calling code of a country's numbers, if they have one that is not another country's.
pub fn calling_code_of(country: &Country) -> Option<&'static str> {
    country.row()?.calling_codes.split_whitespace().next().and_then(calling_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_country_of_its_longest_code() {
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
    fn no_code_stands_for_two_countries() {
        let mut codes: Vec<&str> =
            COUNTRIES.iter().flat_map(|country| country.calling_codes.split_whitespace()).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
