//! The prices of a plan at one time, for messages of which only a part is known: a network, the first digits, a country.

use std::collections::HashMap;

use crate::model::{Country, MobileCountry, MobileNetwork, Money, PriceDestination, PriceHistory, Time};

/// The prices of a plan at one time.
#[derive(Debug, Default)]
pub(super) struct PlanAtTime(HashMap<PriceDestination, Money>);

/// What may be known of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct KnownPart<'a> {
    pub(super) network: Option<MobileNetwork>,
    /// The first digits of the number; empty if it is none.
    pub(super) digits: &'a str,
    pub(super) country: Option<&'a Country>,
}

impl PlanAtTime {
    pub(super) fn new(history: &PriceHistory, at: Time) -> Self {
        Self(history.at(at).into_iter().map(|(destination, price)| (destination.clone(), price)).collect())
    }

    /// The destinations that have a price.
    pub(super) fn destinations(&self) -> impl Iterator<Item = &PriceDestination> {
        self.0.keys()
    }

    /// The price of a message to a network, a number that begins with some digits, and a country.
    pub(super) fn price(&self, message: &KnownPart<'_>) -> Option<Money> {
        let of_network = message.network.and_then(|network| self.0.get(&PriceDestination::Network(network)));
        let longest_first =
            (1..=message.digits.len()).rev().filter_map(|length| message.digits.get(..length)?.parse().ok());
        let of_prefix = || longest_first.map(PriceDestination::Prefix).find_map(|prefix| self.0.get(&prefix));
        let of_country = || message.country.and_then(|country| self.0.get(&PriceDestination::Country(country.clone())));
        of_network.or_else(of_prefix).or_else(of_country).or_else(|| self.0.get(&PriceDestination::Default)).copied()
    }
}

/// Messages to which the price of a destination can apply: what is known of each. Several for a country with several calling
/// codes, because a longer prefix may have a price for one of them.
pub(super) struct TypicalMessages {
    network: Option<MobileNetwork>,
    country: Option<Country>,
    digits: Vec<String>,
}

impl TypicalMessages {
    pub(super) fn of(destination: &PriceDestination) -> Self {
        let (network, country) = match destination {
            PriceDestination::Network(network) => (Some(*network), MobileCountry::only_country_of(*network).cloned()),
            PriceDestination::Prefix(prefix) => (None, prefix.country()),
            PriceDestination::Country(country) => (None, Some(country.clone())),
            PriceDestination::Default => (None, None),
        };
        let digits = match destination {
            PriceDestination::Prefix(prefix) => vec![prefix.digits().to_string()],
            _ => country.iter().flat_map(Country::calling_codes).map(str::to_owned).collect(),
        };
        Self { network, country, digits }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = KnownPart<'_>> {
        let without_digits = self.digits.is_empty().then_some("");
        self.digits.iter().map(String::as_str).chain(without_digits).map(|digits| KnownPart {
            network: self.network,
            digits,
            country: self.country.as_ref(),
        })
    }
}
