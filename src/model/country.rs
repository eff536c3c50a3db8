//! Countries by ISO 3166-1.

use std::str::FromStr;

use crate::model::text::{Invalid, string_value};

/// A country's two letters. Kosovo has none in the standard and takes `XK`, the code in general use.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country(String);
string_value!(Country);

impl Country {
    /// The country's short English name.
    pub fn name(&self) -> String {
        rust_iso3166::from_alpha2(&self.0).map_or_else(|| "Kosovo".to_owned(), |country| country.name.to_owned())
    }

    /// Every country, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        let mut codes: Vec<String> = rust_iso3166::ALL.iter().map(|country| country.alpha2.to_owned()).collect();
        codes.push("XK".to_owned());
        codes.sort();
        codes.into_iter().map(Self)
    }
}

impl FromStr for Country {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let code = text.trim().to_ascii_uppercase();
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
    fn all_countries_parse() {
        assert_eq!(Country::all().count(), 250);
        assert!(Country::all().all(|country| country.as_str().parse() == Ok(country.clone())));
    }
}
