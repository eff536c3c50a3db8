//! The recent traffic of a customer, by SMPP account.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::error::Result;
use crate::model::{Customer, SystemId, Time};
use crate::report::calendar::Period;
use crate::report::traffic_question::MessageTotals;
use crate::store::{Snapshot, TrafficAccounts, TrafficDetail, TrafficFilter};

/// The traffic of an account in three periods that all end with the current hour; the longer ones include the shorter ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecentTraffic {
    /// `None` for the sum of all accounts.
    pub system_id: Option<SystemId>,
    /// 24 hours.
    pub day: MessageTotals,
    /// 7 times 24 hours.
    pub week: MessageTotals,
    /// 30 times 24 hours.
    pub month: MessageTotals,
}

impl RecentTraffic {
    /// Adds the traffic of another account.
    pub fn add(&mut self, other: &Self) -> Result<()> {
        self.day.add(&other.day)?;
        self.week.add(&other.week)?;
        self.month.add(&other.month)
    }
}

/// The traffic of each account of a customer with traffic in the last 30 days, ordered by system ID.
pub fn recent_traffic(snapshot: &Snapshot<'_>, customer: &Customer, now: Time) -> Result<Vec<RecentTraffic>> {
    let filter = TrafficFilter { customer_id: Some(customer.id), ..TrafficFilter::default() };
    let accounts = snapshot.traffic_accounts(&filter)?;
    recent_traffic_of(snapshot, accounts.into_iter().map(|account| (account.id, account.system_id)).collect(), now)
}

/// The same for accounts that the caller knows, by their IDs.
pub(super) fn recent_traffic_of(
    snapshot: &Snapshot<'_>,
    names: BTreeMap<i64, SystemId>,
    now: Time,
) -> Result<Vec<RecentTraffic>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let accounts: Vec<i64> = names.keys().copied().collect();
    let mut found: BTreeMap<i64, RecentTraffic> = BTreeMap::new();
    let edges = [30, 7, 1, 0].map(|days| edge(now, days));
    for (step, edge) in edges.windows(2).enumerate() {
        for span in (Period { from: edge[0], until: edge[1] }).spans(TrafficDetail::Messages) {
            snapshot.traffic_sums(&span, TrafficAccounts::Few(&accounts), TrafficDetail::Messages, |sum| {
                let recent = found.entry(sum.account_id).or_default();
                // The longer periods include the shorter ones.
                let periods = [&mut recent.month, &mut recent.week, &mut recent.day];
                periods.into_iter().take(step + 1).try_for_each(|period| period.add(&MessageTotals::from(&sum)))
            })?;
        }
    }
    let mut recent: Vec<RecentTraffic> = found
        .into_iter()
        .map(|(account, recent)| RecentTraffic { system_id: names.get(&account).cloned(), ..recent })
        .collect();
    recent.sort_by(|one, other| one.system_id.cmp(&other.system_id));
    Ok(recent)
}

/// The end of the current hour, minus a number of times 24 hours.
fn edge(now: Time, days: i64) -> Time {
    let hours = now.timestamp().as_second().div_euclid(3600) + 1 - days * 24;
    let end = if days == 0 { Timestamp::MAX } else { Timestamp::MIN };
    Time::from_timestamp(Timestamp::from_second(hours * 3600).unwrap_or(end))
}
