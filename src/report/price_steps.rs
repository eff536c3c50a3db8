//! The prices of a plan with the one before each: what counts at a time and later, and what a list or another time would change.

use crate::error::Result;
use crate::model::{Plan, PriceHistory, PriceListRow, PriceStep, Time};
use crate::store::Snapshot;

/// The prices of a plan, with the one before each.
#[derive(Debug, Clone)]
pub struct PlanPriceList {
    pub plan: Plan,
    pub at: Time,
    pub prices: Vec<PriceStep>,
}

impl PlanPriceList {
    /// The prices that count at its time.
    pub fn current(&self) -> impl Iterator<Item = &PriceStep> {
        self.prices.iter().filter(|step| step.effective <= Some(self.at) && step.price.is_some())
    }

    /// Those that count later.
    pub fn future(&self) -> impl Iterator<Item = &PriceStep> {
        self.prices.iter().filter(|step| step.effective > Some(self.at))
    }
}

/// The prices of a plan at a time and later, compared with those of another time or with the one before each.
pub fn plan_price_list(snapshot: &Snapshot<'_>, plan: &str, at: Time, since: Option<Time>) -> Result<PlanPriceList> {
    let plan = snapshot.plan(plan)?;
    let prices = price_history(snapshot, plan.id)?.list(at, since);
    Ok(PlanPriceList { plan, at, prices })
}

/// What differs in a plan between two times.
pub fn plan_difference(snapshot: &Snapshot<'_>, plan: &Plan, from: Time, to: Time) -> Result<Vec<PriceStep>> {
    Ok(price_history(snapshot, plan.id)?.difference(from, to))
}

/// What a list would change in a plan.
pub fn list_difference(snapshot: &Snapshot<'_>, plan: &Plan, list: &[PriceListRow]) -> Result<Vec<PriceStep>> {
    Ok(price_history(snapshot, plan.id)?.changes(list, None))
}

/// All prices of a plan by destination.
pub fn price_history(snapshot: &Snapshot<'_>, plan_id: i64) -> Result<PriceHistory> {
    Ok(PriceHistory::new(snapshot.price_rows(plan_id, snapshot.prices_version()?)?))
}
