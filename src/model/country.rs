//! Countries (ISO 3166-1) with their names and calling codes, from `data/countries.tsv`.

use std::str::FromStr;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::model::text::{Invalid, string_value};

/// A row of `data/countries.tsv`, which is sorted by code.
pub(super) struct CountryRow {
    pub(super) code: &'static str,
    alpha3: &'static str,
    /// The country's calling codes, separated by spaces; see `calling_code.rs`.
    pub(super) calling_codes: &'static str,
    /// The short English name in the standard.
    name: &'static str,
    /// Common names that the standard does not list, in the form of [`normalized`], separated by `; `.
    other_names: &'static str,
}

pub(super) static COUNTRIES: LazyLock<Vec<CountryRow>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let mut fields = line.split('\t');
        Some(CountryRow {
            code: fields.next()?,
            alpha3: fields.next()?,
            calling_codes: fields.next()?,
            name: fields.next()?,
            other_names: fields.next().unwrap_or_default(),
        })
    };
    include_str!("data/countries.tsv").lines().skip(1).filter_map(row).collect()
});

/// A country's two-letter code. The standard has none for Kosovo; it uses the common code `XK`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country(&'static str);
string_value!(Country);

impl Country {
    /// The country's short English name.
    pub fn name(&self) -> &'static str {
        self.row().map_or(self.0, |row| row.name)
    }

    /// The name in postal addresses: `United Kingdom`, from `data/postal_names.tsv` where it is not that of the standard.
    pub fn postal_name(&self) -> &'static str {
        let mut names = include_str!("data/postal_names.tsv").lines().skip(1).filter_map(|line| line.split_once('\t'));
        names.find(|(code, _)| *code == self.0).map_or_else(|| self.name(), |(_, name)| name)
    }

    /// The two-letter code.
    pub const fn code(&self) -> &'static str {
        self.0
    }

    /// The digits with which its numbers begin; several if it shares a calling code.
    pub fn calling_codes(&self) -> impl Iterator<Item = &'static str> {
        self.row().into_iter().flat_map(|row| row.calling_codes.split_whitespace())
    }

    fn row(&self) -> Option<&'static CountryRow> {
        row_of(self.0)
    }

    /// Finds a country by its two-letter code, three-letter code, English name or a common name, as people and other
    /// programs write it.
    pub fn named(text: &str) -> Option<Self> {
        let wanted = normalized(text);
        let is_named = |(row, names): &(&CountryRow, &[String; 2])| {
            names[0] == wanted || row.other_names.split_terminator("; ").any(|name| name == wanted)
        };
        row_of(&wanted.to_ascii_uppercase())
            .or_else(|| COUNTRIES.iter().find(|row| row.alpha3.eq_ignore_ascii_case(&wanted)))
            .or_else(|| COUNTRIES.iter().zip(&*NORMALIZED_NAMES).find(is_named).map(|(row, _)| row))
            .or_else(|| only_row_of_short_name(&wanted))
            .map(|row| Self(row.code))
    }

    /// Every country, sorted by code.
    pub fn all() -> impl Iterator<Item = Self> {
        COUNTRIES.iter().map(|row| Self(row.code))
    }
}

fn row_of(code: &str) -> Option<&'static CountryRow> {
    COUNTRIES.binary_search_by_key(&code, |row| row.code).ok().map(|index| &COUNTRIES[index])
}

/// The country whose name begins with these words before a bracket or comma, if there is only one: `bolivia` matches
/// "Bolivia (Plurinational State of)".
fn only_row_of_short_name(wanted: &str) -> Option<&'static CountryRow> {
    let mut found = COUNTRIES.iter().zip(&*NORMALIZED_NAMES).filter(|(_, [_, short])| short == wanted);
    found.next().filter(|_| found.next().is_none()).map(|(row, _)| row)
}

/// The name of each country and its part before a bracket or comma, both normalized. Made once, because imports look for a country
/// in each row.
static NORMALIZED_NAMES: LazyLock<Vec<[String; 2]>> = LazyLock::new(|| {
    let short = |name: &'static str| name.split(['(', ',']).next().unwrap_or(name);
    COUNTRIES.iter().map(|row| [normalized(row.name), normalized(short(row.name))]).collect()
});

/// Removes accents, punctuation, upper case and a leading "the", so that spellings of one name compare equal.
fn normalized(name: &str) -> String {
    let letters =
        name.nfkd().filter(|c| c.is_ascii_alphanumeric() || c.is_whitespace() || matches!(c, '&' | '-' | '('));
    let name: String = letters.collect::<String>().to_lowercase().replace('&', " and ").replace(['-', '('], " ");
    let words: Vec<&str> = name.split_whitespace().collect();
    words.strip_prefix(&["the"]).unwrap_or(&words).join(" ")
}

impl FromStr for Country {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let code = text.trim().to_ascii_uppercase();
        if let Some(row) = row_of(&code) {
            return Ok(Self(row.code));
        }
        // VAT numbers have a code of their own for Greece.
        let meant = if code == "EL" { row_of("GR").map(|row| Self(row.code)) } else { Self::named(text) };
        Err(match meant {
            Some(country) => {
                Invalid::rule(format!("must be a two-letter ISO 3166-1 code; {} is {country}", country.name()))
            }
            None => Invalid::rule("must be a two-letter ISO 3166-1 country code, such as GB"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_case_in_and_upper_case_out() {
        let country: Country = "gb".parse().expect("valid");
        assert_eq!(country.as_str(), "GB");
        assert!(country.name().contains("United Kingdom"));
        assert_eq!("xk".parse::<Country>().expect("valid").name(), "Kosovo");
    }

    #[test]
    fn an_unknown_code_is_rejected_with_the_right_one() {
        for (text, answer) in [
            ("UK", "is GB"),
            ("EL", "Greece is GR"),
            ("Germany", "must be a two-letter ISO 3166-1 code; Germany is DE"),
            ("ivory coast", "is CI"),
            ("GBR", "is GB"),
        ] {
            let refused = text.parse::<Country>().unwrap_err().to_string();
            assert!(refused.ends_with(answer), "{text}: {refused}");
        }
        for text in ["", "GBR", "ZZ", "G1"] {
            assert!(text.parse::<Country>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_country_is_known_by_what_people_call_it() {
        for (name, code) in [
            ("United Kingdom", "GB"),
            ("UK", "GB"),
            ("USA", "US"),
            ("united states of america", "US"),
            ("Deutschland", ""),
            ("Germany", "DE"),
            ("C\u{f4}te d'Ivoire", "CI"),
            ("Ivory Coast", "CI"),
            ("The Netherlands", "NL"),
            ("Korea, Republic of", "KR"),
            ("Viet Nam", "VN"),
            ("DEU", "DE"),
            ("de", "DE"),
            ("Bolivia", "BO"),
            ("Bosnia & Herzegovina", "BA"),
            ("Atlantis", ""),
            ("", ""),
        ] {
            let found = Country::named(name).map(|country| country.to_string()).unwrap_or_default();
            assert_eq!(found, code, "{name}");
        }
    }

    #[test]
    fn a_postal_name_is_short_and_means_its_country() {
        let postal_name = |code: &str| code.parse::<Country>().expect(code).postal_name();
        assert_eq!(postal_name("GB"), "United Kingdom");
        assert_eq!(postal_name("DE"), "Germany");
        let codes = include_str!("data/postal_names.tsv").lines().skip(1).map(|line| &line[..2]);
        assert!(codes.is_sorted_by(|one, next| one < next && next.parse::<Country>().is_ok()));
        for country in Country::all() {
            let name = country.postal_name();
            assert!(!name.contains(" (") || country.code() == "CC", "{name}");
            assert!(name.len() <= 44, "{name}");
            let named = Country::named(name);
            assert!(named.is_none() || named == Some(country), "{name}");
        }
    }

    #[test]
    fn every_country_is_known_by_its_own_name() {
        let misnamed: Vec<String> = Country::all()
            .filter(|country| Country::named(country.name()).as_ref() != Some(country))
            .map(|country| country.to_string())
            .collect();
        assert_eq!(misnamed, Vec::<String>::new());
    }

    #[test]
    fn every_row_is_parsed_and_sorted() {
        assert_eq!(Country::all().count(), 250);
        assert!(COUNTRIES.is_sorted_by_key(|row| row.code));
        assert!(Country::all().all(|country| country.as_str().parse() == Ok(country.clone())));
    }
}
