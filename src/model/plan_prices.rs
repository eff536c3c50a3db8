//! The prices of one plan, compiled for fast look-up.

use std::collections::BTreeMap;

use foldhash::HashMap;

use crate::model::country::COUNTRIES;
use crate::model::{
    Destination, Effective, MobileNetwork, Money, PlanBasis, PriceDestination, PriceRow, Timeline, country_of,
};

/// The prices of one plan. Of those that are in force for a message, the first in this order is its price: that of its network,
/// the longest prefix of its number, its country, the default. A price that was withdrawn is as if it did not exist.
#[derive(Debug, Default, Clone)]
pub struct PlanPrices {
    /// The prices of each destination.
    destinations: Vec<Timeline<FoundPrice>>,
    by_network: HashMap<MobileNetwork, usize>,
    default: Option<usize>,
    /// All numbers, extended to [`DIGITS`] digits and divided into ranges within which the same destinations apply: the first
    /// number of each range, in ascending order.
    ranges: Vec<u64>,
    /// The destinations that apply to each range, as indexes, in the order in which they are asked.
    applicable: Vec<Vec<usize>>,
    basis: PlanBasis,
}

/// A price, and the row that it is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundPrice {
    /// The ID of the [`PriceRow`].
    pub row_id: i64,
    /// The price of a message part; `None` if it was withdrawn.
    price: Option<Money>,
}

/// The digits of the longest numbers.
const DIGITS: u32 = 15;

impl PlanPrices {
    /// Compiles the prices of a plan, in any order.
    pub fn new(basis: PlanBasis, rows: Vec<PriceRow>) -> Self {
        let mut by_destination: BTreeMap<PriceDestination, Vec<Effective<FoundPrice>>> = BTreeMap::new();
        for PriceRow { id, destination, price, effective_from, .. } in rows {
            let value = FoundPrice { row_id: id, price };
            by_destination.entry(destination).or_default().push(Effective { id, from: effective_from, value });
        }
        let mut plan = Self { basis, ..Self::default() };
        let (mut countries, mut prefixes) = (BTreeMap::new(), BTreeMap::new());
        for (index, (destination, prices)) in by_destination.into_iter().enumerate() {
            plan.destinations.push(Timeline::new(prices));
            match destination {
                PriceDestination::Default => plan.default = Some(index),
                PriceDestination::Network(network) => drop(plan.by_network.insert(network, index)),
                PriceDestination::Country(country) => drop(countries.insert(country.code(), index)),
                PriceDestination::Prefix(prefix) => drop(prefixes.insert((prefix.length(), prefix.digits()), index)),
            }
        }
        plan.add_ranges(&countries, &prefixes);
        plan
    }

    /// Divides all numbers where a prefix or the calling code of a country begins or ends.
    fn add_ranges(&mut self, countries: &BTreeMap<&str, usize>, prefixes: &BTreeMap<(u32, u64), usize>) {
        let calling_codes = COUNTRIES.iter().flat_map(|country| country.calling_codes.split_whitespace());
        let calling_codes = calling_codes.filter_map(|code| code.parse::<u64>().ok());
        let calling_codes = calling_codes.filter(|_| !countries.is_empty()).map(|code| (code.ilog10() + 1, code));
        let mut firsts = vec![0];
        for (length, digits) in prefixes.keys().copied().chain(calling_codes) {
            let width = 10_u64.pow(DIGITS - length);
            firsts.extend([digits * width, (digits + 1) * width]);
        }
        firsts.sort_unstable();
        firsts.dedup();
        for first in firsts {
            let prefix = |length| prefixes.get(&(length, first / 10_u64.pow(DIGITS - length)));
            let of_prefixes = (1..=DIGITS).rev().filter_map(prefix);
            let of_country = country_of(first).and_then(|country| countries.get(country));
            let applicable: Vec<usize> = of_prefixes.chain(of_country).chain(&self.default).copied().collect();
            if self.applicable.last() != Some(&applicable) {
                self.ranges.push(first);
                self.applicable.push(applicable);
            }
        }
    }

    /// The price for a message at its second of submission (since 1970-01-01 UTC), and the ID of its [`PriceRow`].
    pub fn find(&self, network: Option<MobileNetwork>, destination: &Destination, second: i64) -> Option<(Money, i64)> {
        let at = |index: &usize| {
            let found = self.destinations[*index].at(second)?;
            found.price.map(|price| (price, found.row_id))
        };
        let of_network = network.and_then(|network| self.by_network.get(&network)).and_then(at);
        of_network.or_else(|| self.applicable_to(destination).iter().find_map(at))
    }

    /// When messages are charged that the plan prices.
    pub fn basis(&self) -> PlanBasis {
        self.basis
    }

    /// Whether it has a price for everything at every time.
    pub fn has_all(&self) -> bool {
        let default = self.default.map(|index| &self.destinations[index]);
        default.is_some_and(|prices| prices.is_complete() && prices.values().all(|found| found.price.is_some()))
    }

    /// The destinations that apply, except networks.
    fn applicable_to(&self, destination: &Destination) -> &[usize] {
        let range = match destination {
            Destination::Number(number) => {
                extended(*number).map(|number| self.ranges.partition_point(|first| *first <= number))
            }
            Destination::Other(_) => None,
        };
        match range.and_then(|after| self.applicable.get(after.checked_sub(1)?)) {
            Some(applicable) => applicable,
            None => self.default.as_slice(),
        }
    }
}

/// A number with zeros appended, so that it sorts next to those that begin like it; `None` if it is longer than numbers are.
fn extended(number: u64) -> Option<u64> {
    let digits = number.checked_ilog10()? + 1;
    Some(number * 10_u64.pow(DIGITS.checked_sub(digits)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(id: i64, destination: &str, price: &str, from: &str) -> PriceRow {
        PriceRow {
            id,
            destination: destination.parse().expect(destination),
            price: price.parse().ok(),
            effective_from: from.parse().ok(),
            recorded_at: "2026-11-28T00:00:00Z".parse().expect("a time"),
        }
    }

    fn find(plan: &PlanPrices, network: Option<&str>, number: &str, second: i64) -> Option<(String, i64)> {
        let network = network.map(|network| network.parse().expect("a network"));
        let found = plan.find(network, &number.parse().expect("a destination"), second);
        found.map(|(price, row)| (price.to_string(), row))
    }

    #[test]
    fn the_network_comes_first_then_the_longest_prefix_the_country_and_the_default() {
        let plan = PlanPrices::new(
            PlanBasis::Submit,
            vec![
                row(1, "default", "1", ""),
                row(2, "NG", "2", ""),
                row(3, "+2348", "3", ""),
                row(4, "+234803", "4", ""),
                row(5, "62130", "5", ""),
                row(6, "US", "6", ""),
            ],
        );
        for (network, number, row) in [
            (Some("62130"), "+2348031234567", 5),
            (Some("62120"), "+2348031234567", 4),
            (None, "+2348041234567", 3),
            (None, "+2347041234567", 2),
            (None, "+447700900123", 1),
            (None, "+12025550123", 6),
            (None, "+14165550123", 1),
            (None, "60606", 1),
            (Some("62130"), "60606", 5),
        ] {
            assert_eq!(find(&plan, network, number, 0).map(|(_, row)| row), Some(row), "{network:?} {number}");
        }
    }

    #[test]
    fn a_price_counts_from_its_second_on_and_a_withdrawn_one_is_passed_over() {
        let plan = PlanPrices::new(
            PlanBasis::Submit,
            vec![
                row(1, "GB", "1", ""),
                row(2, "+44", "2", "1970-01-01T00:01:40Z"),
                row(3, "+44", "", "1970-01-01T00:03:20Z"),
                row(4, "GB", "", "1970-01-01T00:05:00Z"),
            ],
        );
        for (second, row) in [(99, Some(1)), (100, Some(2)), (199, Some(2)), (200, Some(1)), (300, None)] {
            assert_eq!(find(&plan, None, "+447700900123", second).map(|(_, row)| row), row, "{second}");
        }
    }

    /// The look-up as prose says it: every price is tried, and the best one taken.
    fn obvious(rows: &[PriceRow], network: Option<MobileNetwork>, number: &str, second: i64) -> Option<(Money, i64)> {
        let destination: Destination = number.parse().expect("a destination");
        let start = |row: &PriceRow| row.effective_from.map_or(i64::MIN, |time| time.timestamp().as_second());
        let rank = |row: &PriceRow| match &row.destination {
            PriceDestination::Network(of) => (Some(*of) == network).then_some(100),
            PriceDestination::Prefix(prefix) => (matches!(destination, Destination::Number(_))
                && destination.to_string().starts_with(&prefix.to_string()))
            .then(|| 10 + prefix.length()),
            PriceDestination::Country(of) => (destination.country() == Some(of.code())).then_some(2),
            PriceDestination::Default => Some(1),
        };
        let in_force = rows.iter().filter(|row| start(row) <= second).filter(|row| {
            !rows.iter().any(|other| {
                other.destination == row.destination
                    && start(other) <= second
                    && (start(other), other.id) > (start(row), row.id)
            })
        });
        let best = in_force.filter(|row| row.price.is_some()).filter_map(|row| Some((rank(row)?, row)));
        best.max_by_key(|(rank, _)| *rank).and_then(|(_, row)| Some((row.price?, row.id)))
    }

    fn destinations() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("default".to_owned()),
            prop::sample::select(vec!["US", "CA", "JM", "NG", "GB", "RU", "KZ"]).prop_map(str::to_owned),
            "\\+(1|12|120|1202|12025|234|2348|23480|44|447|7|77)",
            "(62130|62120|310260|23410)",
        ]
    }

    fn row_of(id: i64, (destination, price, from): (String, Option<i64>, Option<i64>)) -> PriceRow {
        let time = |second| crate::model::Time::from_timestamp(jiff::Timestamp::from_second(second).expect("a time"));
        PriceRow {
            id,
            destination: destination.parse().expect("a destination"),
            price: price.map(Money::from_e8),
            effective_from: from.map(time),
            recorded_at: time(0),
        }
    }

    proptest! {
        /// 256 plans, each with 40 messages.
        #[test]
        fn compiled_plans_agree_with_the_obvious_look_up(
            rows in prop::collection::vec((destinations(), prop::option::weighted(0.8, 0_i64..9), prop::option::of(0_i64..6)), 0..14),
            messages in prop::collection::vec((
                prop::option::of(prop::sample::select(vec!["62130", "62120", "310260", "23410"])),
                "\\+(120255501|12045550|18765550|23480312|23470312|44770090|74951234|77011234|99912345)[0-9]{2,4}|60606",
                -1_i64..7,
            ), 40),
        ) {
            let rows: Vec<PriceRow> = (1..).zip(rows).map(|(id, row)| row_of(id, row)).collect();
            let plan = PlanPrices::new(PlanBasis::Submit, rows.clone());
            for (network, number, second) in messages {
                let network = network.map(|network| network.parse().expect("a network"));
                let found = plan.find(network, &number.parse().expect("a destination"), second);
                prop_assert_eq!(found, obvious(&rows, network, &number, second));
            }
        }
    }
}
