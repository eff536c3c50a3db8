//! Imports price lists: records the prices of a list that are not in force already, and ends those that it replaces.

use jiff::SignedDuration;

use crate::error::{Error, Result, count};
use crate::model::{Change, EntityKind, Plan, PriceChangeKind, PriceHistory, PriceListRow, PriceStep, Time};
use crate::ops::active;
use crate::report::{ChangedPlan, PriceImpact, price_history, price_impacts};
use crate::store::Tx;

/// What the import of a list did.
#[derive(Debug)]
pub struct ImportedPrices {
    pub plan: Plan,
    /// What each price of the list changed, and what the list replaced.
    pub steps: Vec<PriceStep>,
    /// From when the list replaced the plan, if it did.
    pub replaced_from: Option<Time>,
    before: PriceHistory,
}

impl ImportedPrices {
    /// The number of prices that changed in some way.
    pub fn count(&self, kind: PriceChangeKind) -> usize {
        self.steps.iter().filter(|step| step.kind() == kind).count()
    }

    /// Those that change a price that has counted before now.
    pub fn corrections(&self, now: Time) -> impl Iterator<Item = &PriceStep> {
        let is_past = move |time: Time| now.timestamp().duration_since(time.timestamp()) > PAST;
        self.changes().filter(move |step| {
            step.effective.is_none_or(is_past) && self.before.price(&step.destination, step.effective).is_some()
        })
    }

    /// Those that were recorded.
    pub fn changes(&self) -> impl Iterator<Item = &PriceStep> {
        self.steps.iter().filter(|step| step.kind() != PriceChangeKind::Same)
    }
}

/// A list to import into a plan.
#[derive(Debug, Clone, Copy)]
pub struct NewPrices<'a> {
    pub prices: &'a [PriceListRow],
    /// From when the plan has no other prices, if the list replaces it.
    pub replaced_from: Option<Time>,
    /// Whether it may change prices that have counted already.
    pub corrects_past: bool,
}

/// A price is changed in the past if it begins to count longer ago than reading a file and waiting for the database takes.
const PAST: SignedDuration = SignedDuration::from_hours(1);

/// Records the prices of a list in a plan.
///
/// # Errors
/// [`Error::Refused`] when it changes prices that have counted already, and may not: an export that was edited still has the times
/// from which its old prices counted.
pub fn import(tx: &mut Tx<'_>, plan: &str, new: NewPrices<'_>) -> Result<ImportedPrices> {
    let plan = active::plan(tx, plan)?;
    if new.prices.is_empty() && new.replaced_from.is_some() {
        return Err(Error::Refused(format!("the list has no prices, and would end every price of {}", plan.code)));
    }
    let before = price_history(tx, plan.id)?;
    let steps = before.changes(new.prices, new.replaced_from);
    let imported = ImportedPrices { plan, steps, replaced_from: new.replaced_from, before };
    let mut corrections = imported.corrections(tx.at());
    if let (Some(first), false) = (corrections.next(), new.corrects_past) {
        let others = corrections.count();
        let since = first.effective.map_or_else(|| "the beginning".to_owned(), Time::for_reading);
        let others = if others == 0 { String::new() } else { format!(", and {}", count(others as u64, "other")) };
        let destination = &first.destination;
        return Err(Error::Refused(format!(
            "the price of {destination} has counted since {since}{others}, and the list changes it from then on"
        )));
    }
    drop(corrections);
    for step in imported.changes() {
        tx.record_price(imported.plan.id, step.destination.clone(), step.price, step.effective)?;
    }
    // The prices are their own record, with the time of recording. An event for each would repeat it.
    if imported.changes().next().is_some() {
        let mut change = Change::new(EntityKind::Plan, "import", &imported.plan.code, None);
        for kind in PriceChangeKind::ALL.into_iter().filter(|kind| *kind != PriceChangeKind::Same) {
            match imported.count(kind) {
                0 => {}
                count => change = change.field(kind.as_str(), (), count),
            }
        }
        tx.record(&change)?;
    }
    Ok(imported)
}

/// The customers whose traffic of the last days the import touches. Prices are compared when all changes count.
pub fn impacts(tx: &Tx<'_>, imported: &ImportedPrices) -> Result<Vec<PriceImpact>> {
    let Some(last) = imported.changes().map(|step| step.effective).max() else { return Ok(Vec::new()) };
    let after = price_history(tx, imported.plan.id)?;
    let at = last.unwrap_or(tx.at()).max(tx.at());
    let plan = &imported.plan;
    price_impacts(tx, ChangedPlan { id: plan.id, unit: plan.unit, before: &imported.before, after: &after, at })
}
