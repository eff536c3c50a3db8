//! The destinations to which customers sent messages in the last 30 days, from sums by price.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::error::{Error, Result};
use crate::model::{MobileNetwork, PriceDestination, second_of};
use crate::report::price_impact::IMPACT_DAYS;
use crate::store::{Snapshot, TrafficAccounts, TrafficDetail, TrafficSpan, TrafficSum};

/// Up to this number of accounts are looked up one by one.
const MAX_LOOKUPS: usize = 1_000;

/// The destinations of a customer's messages.
#[derive(Debug, Default)]
pub(super) struct RecentDestinations {
    countries: HashSet<[u8; 2]>,
    networks: HashSet<MobileNetwork>,
    /// The destinations of the prices by which messages were charged.
    priced: HashSet<PriceDestination>,
}

impl RecentDestinations {
    /// Whether there were messages to a destination. Of digits and of `default` this is known if they had a price of their own.
    pub(super) fn contains(&self, destination: &PriceDestination) -> bool {
        self.priced.contains(destination)
            || match destination {
                PriceDestination::Country(country) => {
                    self.countries.iter().any(|code| code == country.code().as_bytes())
                }
                PriceDestination::Network(network) => self.networks.contains(network),
                PriceDestination::Prefix(_) | PriceDestination::Default => false,
            }
    }
}

/// The destinations of each customer with messages; `owners` has the customers of the accounts whose traffic counts.
pub(super) fn recent_destinations(
    snapshot: &Snapshot<'_>,
    owners: &HashMap<i64, i64>,
) -> Result<HashMap<i64, RecentDestinations>> {
    let (mut found, mut prices) = (HashMap::<i64, RecentDestinations>::new(), HashMap::<i64, HashSet<i64>>::new());
    let add = |sum: TrafficSum| {
        let Some((customer_id, share)) = owners.get(&sum.account_id).zip(sum.share) else { return Ok(()) };
        let used = found.entry(*customer_id).or_default();
        used.countries.insert(share.country);
        if let Some(price) = share.price {
            used.networks.extend(price.detail.network);
            prices.entry(*customer_id).or_default().extend(price.detail.price_id);
        }
        Ok(())
    };
    let today = i32::try_from(second_of(Some(snapshot.at())).div_euclid(86_400)).unwrap_or_default();
    let days = TrafficSpan::Days(today + 1 - IMPACT_DAYS..today + 1);
    let ids: Vec<i64> = owners.keys().copied().collect();
    let accounts = if ids.len() > MAX_LOOKUPS { TrafficAccounts::Each } else { TrafficAccounts::Few(&ids) };
    snapshot.traffic_sums::<Error>(&days, accounts, TrafficDetail::Price, add)?;
    let mut destinations: HashMap<i64, PriceDestination> = HashMap::new();
    for (customer_id, prices) in prices {
        for price_id in prices {
            let destination = match destinations.entry(price_id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(entry) => entry.insert(snapshot.price_row(price_id)?.destination),
            };
            if let Some(used) = found.get_mut(&customer_id) {
                used.priced.insert(destination.clone());
            }
        }
    }
    Ok(found)
}
