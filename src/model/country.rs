//! Countries by ISO 3166-1.

use std::str::FromStr;

use compact_str::CompactString;

use unicode_normalization::UnicodeNormalization;

use crate::model::text::{Invalid, string_value};

/// A country's two letters. Kosovo has none in the standard and takes `XK`, the code in general use.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country(CompactString);
string_value!(Country);

impl Country {
    /// The country's short English name.
    pub fn name(&self) -> String {
        rust_iso3166::from_alpha2(&self.0).map_or_else(|| "Kosovo".to_owned(), |country| country.name.to_owned())
    }

    /// The country of a name as people and other programs write it: its codes of two or three letters, its English name,
    /// or a name in common use.
    pub fn named(text: &str) -> Option<Self> {
        let wanted = bare(text);
        if let Ok(country) = wanted.parse() {
            return Some(country);
        }
        let by_code = rust_iso3166::from_alpha3(&wanted.to_uppercase());
        let by_name = || rust_iso3166::ALL.iter().copied().find(|country| bare(country.name) == wanted);
        let alias = || COMMON_NAMES.iter().find(|(name, _)| *name == wanted).map(|(_, code)| *code);
        let found =
            by_code.or_else(by_name).map(|country| country.alpha2).or_else(alias).or_else(|| short_name(&wanted));
        found.map(|code| Self(code.into()))
    }

    /// Every country, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        let mut codes: Vec<String> = rust_iso3166::ALL.iter().map(|country| country.alpha2.to_owned()).collect();
        codes.push("XK".to_owned());
        codes.sort();
        codes.into_iter().map(|code| Self(code.into()))
    }
}

/// The code of the only country whose name has these words before a bracket or comma: `bolivia` of "Bolivia
/// (Plurinational State of)".
fn short_name(wanted: &str) -> Option<&'static str> {
    let short = |name: &str| bare(name.split(['(', ',']).next().unwrap_or(name));
    let mut found = rust_iso3166::ALL.iter().filter(|country| short(country.name) == wanted);
    found.next().filter(|_| found.next().is_none()).map(|country| country.alpha2)
}

/// A name without accents, points, brackets and capitals.
fn bare(name: &str) -> String {
    let letters =
        name.nfkd().filter(|c| c.is_ascii_alphanumeric() || c.is_whitespace() || matches!(c, '&' | '-' | '('));
    let name: String = letters.collect::<String>().to_lowercase().replace('&', " and ").replace(['-', '('], " ");
    let words: Vec<&str> = name.split_whitespace().collect();
    words.strip_prefix(&["the"]).unwrap_or(&words).join(" ")
}

/// Names in common use that the standard does not have, as [`bare`] gives them.
const COMMON_NAMES: &[(&str, &str)] = &[
    ("uk", "GB"),
    ("united kingdom", "GB"),
    ("great britain", "GB"),
    ("britain", "GB"),
    ("england", "GB"),
    ("scotland", "GB"),
    ("wales", "GB"),
    ("northern ireland", "GB"),
    ("el", "GR"),
    ("usa", "US"),
    ("united states", "US"),
    ("america", "US"),
    ("republic of ireland", "IE"),
    ("eire", "IE"),
    ("holland", "NL"),
    ("netherlands", "NL"),
    ("czech republic", "CZ"),
    ("turkey", "TR"),
    ("russia", "RU"),
    ("vietnam", "VN"),
    ("south korea", "KR"),
    ("north korea", "KP"),
    ("korea", "KR"),
    ("ivory coast", "CI"),
    ("cape verde", "CV"),
    ("macedonia", "MK"),
    ("swaziland", "SZ"),
    ("burma", "MM"),
    ("laos", "LA"),
    ("syria", "SY"),
    ("tanzania", "TZ"),
    ("brunei", "BN"),
    ("moldova", "MD"),
    ("palestine", "PS"),
    ("kosovo", "XK"),
    ("uae", "AE"),
    ("vatican city", "VA"),
    ("vatican", "VA"),
    ("micronesia", "FM"),
    ("democratic republic of the congo", "CD"),
    ("dr congo", "CD"),
    ("hong kong sar china", "HK"),
    ("macau", "MO"),
    ("east timor", "TL"),
];

impl FromStr for Country {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut code = CompactString::from(text.trim());
        code.as_mut_str().make_ascii_uppercase();
        if code == "XK" || rust_iso3166::from_alpha2(&code).is_some() {
            return Ok(Self(code));
        }
        Err(Invalid::rule(match code.as_str() {
            "UK" => "must be two letters by ISO 3166-1; the United Kingdom is GB",
            "EL" => "must be two letters by ISO 3166-1; Greece is GR",
            _ => "must be a country's two letters by ISO 3166-1, such as GB",
        }))
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
    fn a_code_that_is_none_is_refused_with_what_was_meant() {
        assert!("UK".parse::<Country>().unwrap_err().to_string().ends_with("is GB"));
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
    fn every_country_is_known_by_its_own_name() {
        let misnamed: Vec<String> = Country::all()
            .filter(|country| Country::named(&country.name()).as_ref() != Some(country))
            .map(|country| country.to_string())
            .collect();
        assert_eq!(misnamed, Vec::<String>::new());
    }

    #[test]
    fn all_countries_parse() {
        assert_eq!(Country::all().count(), 250);
        assert!(Country::all().all(|country| country.as_str().parse() == Ok(country.clone())));
    }
}
