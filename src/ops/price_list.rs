//! Imports price lists: records the prices of a list that are not in force already, and ends those that it replaces.

use std::collections::HashMap;

use jiff::SignedDuration;

use crate::error::{Error, Fault, Faults, Result};
use crate::model::{Change, EntityKind, Plan, PriceChangeKind, PriceHistory, PriceListRow, PriceStep, Time};
use crate::ops::{active, effective};
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
    /// Whether a service, a customer or an account has or had the plan.
    is_used: bool,
}

impl ImportedPrices {
    /// The number of prices that changed in some way.
    pub fn count(&self, kind: PriceChangeKind) -> usize {
        self.steps.iter().filter(|step| step.kind() == kind).count()
    }

    /// Those that change what messages of the past cost: a price that counted before now, or any in a plan that is used.
    pub fn corrections(&self, now: Time) -> impl Iterator<Item = &PriceStep> {
        let is_past = move |time: Time| now.timestamp().duration_since(time.timestamp()) > PAST;
        self.changes().filter(move |step| {
            let has_counted = || self.before.price(&step.destination, step.effective).is_some();
            step.effective.is_none_or(is_past) && (self.is_used || has_counted())
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
/// [`Error::Rows`] or [`Error::PastPrice`] when it changes what messages of the past cost, and may not: an export that was edited still
/// has the times from which its old prices counted.
pub fn import(tx: &mut Tx<'_>, plan: &str, new: NewPrices<'_>) -> Result<ImportedPrices> {
    let plan = active::plan(tx, plan)?;
    if new.prices.is_empty() && new.replaced_from.is_some() {
        return Err(Error::Refused(format!("the list has no prices, and would end every price of {}", plan.code)));
    }
    let before = price_history(tx, plan.id)?;
    let steps = before.changes(new.prices, new.replaced_from);
    let is_used = !tx.services_with_plan(plan.id)?.is_empty() || !tx.owners_of_overlay(plan.id)?.is_empty();
    let imported = ImportedPrices { plan, steps, replaced_from: new.replaced_from, before, is_used };
    for listed in new.prices {
        effective::check(listed.effective)?;
    }
    if !new.corrects_past {
        refuse_corrections(&imported, new.prices, tx.at())?;
    }
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

/// Refuses changes of the past: as faults of the rows that they are from, if they are from rows.
fn refuse_corrections(imported: &ImportedPrices, list: &[PriceListRow], now: Time) -> Result<()> {
    let rows: HashMap<_, _> = list.iter().map(|row| ((&row.destination, row.effective), row)).collect();
    let (mut faults, mut replaced) = (Vec::new(), None);
    for step in imported.corrections(now) {
        let error = Error::PastPrice { destination: step.destination.clone(), since: step.effective };
        match rows.get(&(&step.destination, step.effective)) {
            Some(row) => faults.push(Fault::of_row(row.line, row.column, error)),
            None => replaced = replaced.or(Some(error)),
        }
    }
    faults.sort_by_key(|fault| (fault.line, fault.column));
    let mut in_rows = Faults::default();
    for fault in faults {
        in_rows.add(fault);
    }
    match replaced {
        _ if !in_rows.is_empty() => Err(Error::Rows(in_rows)),
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// The customers whose traffic of the last days the import touches. Prices are compared when all changes count.
pub fn impacts(tx: &Tx<'_>, imported: &ImportedPrices) -> Result<Vec<PriceImpact>> {
    let Some(last) = imported.changes().map(|step| step.effective).max() else { return Ok(Vec::new()) };
    let after = price_history(tx, imported.plan.id)?;
    let at = last.unwrap_or(tx.at()).max(tx.at());
    let plan = &imported.plan;
    price_impacts(tx, ChangedPlan { id: plan.id, unit: plan.unit, before: &imported.before, after: &after, at })
}
