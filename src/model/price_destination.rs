//! What a price is for: all numbers, those of a country, those of a mobile network, or those that begin with some digits.

use std::fmt;
use std::str::FromStr;

use crate::model::text::{Invalid, serde_by_text};
use crate::model::{Country, MobileCountry, MobileNetwork, canonical_network, country_of};

/// The destinations that a price is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PriceDestination {
    /// Everything that has no other price. Printed as `default`.
    Default,
    /// The numbers of a country. Printed as its code, `NG`.
    Country(Country),
    /// The numbers that begin with these digits. Printed with a plus, `+2348`.
    Prefix(NumberPrefix),
    /// The numbers of a mobile network, if the traffic file has it. Printed as its code, `62130`.
    Network(MobileNetwork),
}
serde_by_text!(PriceDestination);

impl PriceDestination {
    /// The numbers of a country, if its digits show that a number is of the country.
    pub fn of_country(country: Country) -> Result<Self, Invalid> {
        if country.calling_codes().next().is_some() {
            return Ok(Self::Country(country));
        }
        let name = country.name();
        Err(Invalid::rule(format!(
            "has no calling code of its own: numbers of {name} count as those of another country; set a price for their digits"
        )))
    }
}

impl FromStr for PriceDestination {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("default") {
            return Ok(Self::Default);
        }
        if text.starts_with('+') {
            return text.parse().map(Self::Prefix);
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
            // Digits of numbers without the plus would be a network that no message has.
            let network: Option<MobileNetwork> = text.parse().ok();
            let network = network.filter(|network| MobileCountry::of_code(network.country_code()).is_some());
            return network.map(canonical_network).map(Self::Network).ok_or_else(|| {
                Invalid::rule(
                    "must be a mobile network, 5 or 6 digits such as 23410; digits of numbers begin with a plus",
                )
            });
        }
        let country = text.parse().map_err(|_| {
            let rule =
                "must be `default`, a country such as NG, a mobile network such as 62130, or digits such as +2348";
            match Country::named(text) {
                Some(country) => Invalid::rule(format!("{rule}; {} is {country}", country.name())),
                None => Invalid::rule(rule),
            }
        })?;
        Self::of_country(country)
    }
}

impl fmt::Display for PriceDestination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.pad("default"),
            Self::Country(country) => f.pad(country.as_str()),
            Self::Prefix(prefix) => prefix.fmt(f),
            Self::Network(network) => network.fmt(f),
        }
    }
}

impl PriceDestination {
    /// The destination as people call it, for emails.
    pub fn in_words(&self) -> String {
        let within = |country: Option<&Country>, what: String| match country {
            Some(country) => format!("{}, {what}", country.name()),
            None => what,
        };
        match self {
            Self::Default => "All other destinations".to_owned(),
            Self::Country(country) => country.name().to_owned(),
            Self::Prefix(prefix) => within(prefix.country().as_ref(), format!("numbers that begin with {prefix}")),
            Self::Network(network) => within(MobileCountry::only_country_of(*network), format!("network {network}")),
        }
    }
}

/// The first digits of international numbers, 1 to 15 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NumberPrefix(u64);

impl NumberPrefix {
    /// The digits as a number; the first one is not 0.
    pub const fn digits(self) -> u64 {
        self.0
    }

    /// How many digits there are.
    pub const fn length(self) -> u32 {
        self.0.ilog10() + 1
    }

    /// The country of all numbers that begin with the digits, if it is one.
    pub fn country(self) -> Option<Country> {
        // Four digits decide.
        let width = 10_u64.pow(4_u32.saturating_sub(self.length()));
        let first = country_of(self.0 * width)?;
        let is_same = (self.0 * width..(self.0 + 1) * width).all(|number| country_of(number) == Some(first));
        if is_same { first.parse().ok() } else { None }
    }
}

impl FromStr for NumberPrefix {
    type Err = Invalid;

    /// Accepts the digits with or without the plus.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        let is_prefix =
            (1..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
        digits
            .parse()
            .ok()
            .filter(|_| is_prefix)
            .map(Self)
            .ok_or_else(|| Invalid::rule("must be the first 1 to 15 digits of international numbers, such as +2348"))
    }
}

impl fmt::Display for NumberPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("+{}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_have_names_and_digits_the_country_of_all_their_numbers() {
        for (text, words) in [
            ("default", "All other destinations"),
            ("NG", "Nigeria"),
            ("+234", "Nigeria, numbers that begin with +234"),
            ("+2348031", "Nigeria, numbers that begin with +2348031"),
            ("+1", "numbers that begin with +1"),
            ("+1204", "Canada, numbers that begin with +1204"),
            ("+7", "numbers that begin with +7"),
            ("+77", "Kazakhstan, numbers that begin with +77"),
            ("+2", "numbers that begin with +2"),
            ("62130", "Nigeria, network 62130"),
            ("90128", "network 90128"),
        ] {
            assert_eq!(text.parse::<PriceDestination>().expect(text).in_words(), words);
        }
    }

    #[test]
    fn the_form_says_which_kind_of_destination_it_is() {
        for (text, printed) in [
            ("DEFAULT", "default"),
            ("ng", "NG"),
            ("62130", "62130"),
            ("310260", "310260"),
            ("+2348", "+2348"),
            ("+1", "+1"),
        ] {
            assert_eq!(text.parse::<PriceDestination>().expect(text).to_string(), printed);
        }
        // Other spellings of a network, and countries whose numbers count as those of another one.
        for (text, printed) in [("621030", "62130"), ("31026", "310026"), ("310260", "310260")] {
            assert_eq!(text.parse::<PriceDestination>().expect(text).to_string(), printed);
        }
        for text in ["JE", "GG", "IM", "YT"] {
            assert!(text.parse::<PriceDestination>().is_err(), "{text}");
        }
        for text in ["447700", "", "+", "+0", "+1234567890123456", "234", "1234567", "ZZ", "+44x", "+44 7700"] {
            assert!(text.parse::<PriceDestination>().is_err(), "{text}");
        }
    }
}
