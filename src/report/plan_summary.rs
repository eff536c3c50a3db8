//! A price plan at a glance: its default price, how many destinations it has, and when a price changes next.

use crate::error::Result;
use crate::model::{Money, Plan, PriceDestination, Time};
use crate::report::price_list::{ListedPrices, PriceState, price_list};
use crate::store::Snapshot;

/// A plan with figures of its prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSummary {
    pub plan: Plan,
    /// The default price that is in force.
    pub default_price: Option<Money>,
    /// The number of prices in force.
    pub prices: usize,
    /// When the next planned price begins.
    pub next_change: Option<Time>,
}

/// Sums up a plan.
pub fn plan_summary(snapshot: &Snapshot<'_>, plan: Plan) -> Result<PlanSummary> {
    let lines = price_list(snapshot, &plan, None, ListedPrices::CurrentAndFuture)?;
    let (current, future): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.state == PriceState::Current);
    let default = current.iter().find(|line| line.row.destination == PriceDestination::Default);
    Ok(PlanSummary {
        plan,
        default_price: default.and_then(|line| line.row.price),
        prices: current.len(),
        next_change: future.iter().filter_map(|line| line.row.effective_from).min(),
    })
}
