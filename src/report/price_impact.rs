//! Who is touched by changes of a plan's prices, and by how much: the traffic of the last days at the prices before and after.
//!
//! Sums of traffic are by account, day and country, not by network or prefix. Where a plan has prices for networks or prefixes of a
//! country, each message to it may have any of them. The answer is then a range, from the least to the most that the traffic can
//! have changed in price; it is exact where both are equal.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::error::Result;
use crate::model::{
    AccountCode, Country, MobileCountry, MobileNetwork, Money, NumberPrefix, PriceDestination, PriceHistory, Time,
    Unit, country_of, second_of,
};
use crate::report::plan_at_time::{KnownPart, PlanAtTime};
use crate::store::{Share, Snapshot, TrafficAccounts, TrafficDetail, TrafficFilter, TrafficSpan, TrafficSum};

/// The days of traffic that are looked at.
pub const IMPACT_DAYS: i32 = 30;

/// What changes of prices would have meant for a customer's traffic of the last days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceImpact {
    pub customer: AccountCode,
    pub unit: Unit,
    /// The message parts to countries whose prices change, of those that a plan charged.
    pub parts: i64,
    /// The least and the most that they would have cost more; negative if less.
    pub least: Money,
    pub most: Money,
    /// The most parts that would have no price any more. They are not in the amounts.
    pub without_price: i64,
}

/// The changes of a plan whose impact is asked.
#[derive(Debug, Clone, Copy)]
pub struct ChangedPlan<'a> {
    pub id: i64,
    pub unit: Unit,
    pub before: &'a PriceHistory,
    pub after: &'a PriceHistory,
    /// The time at which the prices are compared: when all changes count.
    pub at: Time,
}

/// The customers whose traffic of the last days the changes touch, by code.
pub fn price_impacts(snapshot: &Snapshot<'_>, changed: ChangedPlan<'_>) -> Result<Vec<PriceImpact>> {
    let plans = snapshot.plans_of_accounts(snapshot.prices_version()?, None)?;
    let mut chains: HashMap<i64, Vec<i64>> = HashMap::new();
    for (account, timeline) in &plans.accounts {
        let Some(of_account) = timeline.at(second_of(Some(changed.at))) else { continue };
        let chain: Vec<i64> =
            of_account.plans.iter().filter_map(|(_, index)| plans.plan_ids.get(*index)).copied().collect();
        if chain.contains(&changed.id) {
            chains.insert(*account, chain);
        }
    }
    if chains.is_empty() {
        return Ok(Vec::new());
    }
    let mut comparison = Comparison::load(snapshot, changed, chains.values().flatten().copied().collect())?;
    let mut found: BTreeMap<i64, PriceImpact> = BTreeMap::new();
    let customers: HashMap<i64, (i64, AccountCode)> = snapshot
        .traffic_accounts(&TrafficFilter::default())?
        .into_iter()
        .map(|account| (account.id, (account.customer_id, account.customer)))
        .collect();
    for ((account, country), parts) in recent_parts(snapshot, &chains, changed.unit)? {
        let Some((chain, (customer_id, customer))) = chains.get(&account).zip(customers.get(&account)) else {
            continue;
        };
        let range = comparison.range(chain, country);
        if range == Range::default() {
            continue;
        }
        let zero = || PriceImpact {
            customer: customer.clone(),
            unit: changed.unit,
            parts: 0,
            least: Money::ZERO,
            most: Money::ZERO,
            without_price: 0,
        };
        found.entry(*customer_id).or_insert_with(zero).add(parts, range);
    }
    let mut impacts: Vec<PriceImpact> = found.into_values().collect();
    impacts.sort_by(|one, other| one.customer.cmp(&other.customer));
    Ok(impacts)
}

impl PriceImpact {
    fn add(&mut self, parts: i64, range: Range) {
        let times = |price: i64| price.saturating_mul(parts);
        self.parts = self.parts.saturating_add(parts);
        self.least = Money::from_e8(self.least.e8().saturating_add(times(range.least)));
        self.most = Money::from_e8(self.most.e8().saturating_add(times(range.most)));
        if range.may_have_none {
            self.without_price = self.without_price.saturating_add(parts);
        }
    }
}

/// The parts of the last days by account and country, which a plan charged in a unit.
fn recent_parts(
    snapshot: &Snapshot<'_>,
    chains: &HashMap<i64, Vec<i64>>,
    unit: Unit,
) -> Result<BTreeMap<(i64, [u8; 2]), i64>> {
    let mut parts: BTreeMap<(i64, [u8; 2]), i64> = BTreeMap::new();
    let add = |sum: TrafficSum| {
        // Rejected messages, those that were charged the price in their file, and those that were not charged have no price of a plan,
        // and would have cost the same.
        let is_of_plan = |share: &Share| share.price.is_some_and(|price| price.detail.price_id.is_some());
        let is_wanted = |share: &Share| share.unit == unit && chains.contains_key(&sum.account_id) && is_of_plan(share);
        if let Some(share) = sum.share.filter(is_wanted) {
            let total = parts.entry((sum.account_id, share.country)).or_default();
            *total = total.saturating_add(sum.parts);
        }
        Ok(())
    };
    let today = i32::try_from(second_of(Some(snapshot.at())).div_euclid(86_400)).unwrap_or_default();
    let days = TrafficSpan::Days(today + 1 - IMPACT_DAYS..today + 1);
    // Looking up each of many accounts takes longer than reading all.
    let few: Vec<i64> = chains.keys().copied().collect();
    let accounts = if few.len() > 1_000 { TrafficAccounts::Each } else { TrafficAccounts::Few(&few) };
    snapshot.traffic_sums::<crate::Error>(&days, accounts, TrafficDetail::Price, add)?;
    parts.retain(|_, parts| *parts != 0);
    Ok(parts)
}

/// How much a message part may cost more, in 1e-8 of the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Range {
    least: i64,
    most: i64,
    /// Whether a message that had a price may have none.
    may_have_none: bool,
}

/// The prices before and after the changes, of all plans that are asked together.
struct Comparison {
    changed: i64,
    before: HashMap<i64, PlanAtTime>,
    /// The changed plan.
    after: PlanAtTime,
    networks: BTreeSet<MobileNetwork>,
    prefixes: BTreeSet<NumberPrefix>,
    ranges: HashMap<(Vec<i64>, [u8; 2]), Range>,
}

impl Comparison {
    fn load(snapshot: &Snapshot<'_>, changed: ChangedPlan<'_>, plans: HashSet<i64>) -> Result<Self> {
        let mut before = HashMap::new();
        for id in plans {
            let plan = if id == changed.id {
                PlanAtTime::new(changed.before, changed.at)
            } else {
                let rows = snapshot.price_rows(id, snapshot.prices_version()?)?;
                PlanAtTime::new(&PriceHistory::new(rows), changed.at)
            };
            before.insert(id, plan);
        }
        let after = PlanAtTime::new(changed.after, changed.at);
        let (mut networks, mut prefixes) = (BTreeSet::new(), BTreeSet::new());
        for destination in before.values().chain([&after]).flat_map(PlanAtTime::destinations) {
            match destination {
                PriceDestination::Network(network) => drop(networks.insert(*network)),
                PriceDestination::Prefix(prefix) => drop(prefixes.insert(*prefix)),
                PriceDestination::Default | PriceDestination::Country(_) => {}
            }
        }
        Ok(Self { changed: changed.id, before, after, networks, prefixes, ranges: HashMap::new() })
    }

    /// How much a message to a country may cost more, for an account with these plans.
    fn range(&mut self, chain: &[i64], country: [u8; 2]) -> Range {
        let key = (chain.to_vec(), country);
        if let Some(range) = self.ranges.get(&key) {
            return *range;
        }
        let range = self.compare(chain, country);
        self.ranges.insert(key, range);
        range
    }

    fn compare(&self, chain: &[i64], country: [u8; 2]) -> Range {
        let country: Option<Country> = std::str::from_utf8(&country).ok().and_then(|code| code.parse().ok());
        let is_there = |network: &&MobileNetwork| match (&country, MobileCountry::of_code(network.country_code())) {
            (Some(country), Some(mobile)) => mobile.has_networks_in(country),
            _ => true,
        };
        let networks: Vec<Option<MobileNetwork>> =
            [None].into_iter().chain(self.networks.iter().filter(is_there).copied().map(Some)).collect();
        let numbers = country.as_ref().map_or_else(|| vec![String::new()], |country| self.numbers_of(country));
        let mut found: Option<Range> = None;
        for network in networks {
            for digits in &numbers {
                let message = KnownPart { network, digits, country: country.as_ref() };
                let range = self.difference(chain, &message);
                found = Some(found.map_or(range, |found| Range {
                    least: found.least.min(range.least),
                    most: found.most.max(range.most),
                    may_have_none: found.may_have_none || range.may_have_none,
                }));
            }
        }
        found.unwrap_or_default()
    }

    /// The beginnings of numbers of a country that may have different prices.
    fn numbers_of(&self, country: &Country) -> Vec<String> {
        let codes: BTreeSet<&str> = country.calling_codes().collect();
        let is_there = |digits: &String| {
            codes.iter().any(|code| digits.starts_with(code))
                // Countries that share a calling code are distinguished by the digits after it.
                && (digits.len() < 4 || digits.parse().ok().and_then(country_of) == Some(country.code()))
        };
        let prefixes = self.prefixes.iter().map(|prefix| prefix.digits().to_string()).filter(is_there);
        codes.iter().map(|code| (*code).to_owned()).chain(prefixes).collect()
    }

    /// How much one message costs more.
    fn difference(&self, chain: &[i64], message: &KnownPart<'_>) -> Range {
        let price = |with_changes: bool| {
            chain.iter().find_map(|plan| match self.before.get(plan) {
                _ if with_changes && *plan == self.changed => self.after.price(message),
                plan => plan?.price(message),
            })
        };
        match (price(false), price(true)) {
            (Some(before), Some(after)) => {
                let more = after.e8().saturating_sub(before.e8());
                Range { least: more, most: more, may_have_none: false }
            }
            (before, after) => Range { may_have_none: before.is_some() && after.is_none(), ..Range::default() },
        }
    }
}
