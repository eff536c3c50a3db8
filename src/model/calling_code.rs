//! Finds the calling code and the country of a telephone number (ITU-T E.164 and its operational bulletins).
//!
//! `data/countries.tsv` lists the codes. If several match a number, the longest one decides. Codes that belong to no country
//! (satellite networks, freephone) are left out. If countries share a code that four digits do not distinguish, it belongs to
//! the largest. In the North American Numbering Plan the area code decides; numbers with an unlisted one count as US numbers.

use std::sync::LazyLock;

use crate::model::country::COUNTRIES;

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
