//! The history of balances: entries, and what a customer's balances have accrued as last lines.

use crate::error::{Error, Result};
use crate::model::{AccruedLine, Entry};
use crate::store::{BalanceFilter, EntryFilter, Snapshot};

/// A line of a history or a statement.
#[derive(Debug, Clone)]
pub enum HistoryLine {
    Entry(Box<Entry>),
    /// Charges that are not posted yet, and so are not an entry.
    Accrued(AccruedLine),
}

/// Calls `each` with the entries that a filter selects. Those of one customer, not selected by kind or actor, are followed by what
/// its balances have accrued; newest first, that precedes them.
pub fn history<E: From<Error>>(
    snapshot: &Snapshot<'_>,
    filter: &EntryFilter,
    mut each: impl FnMut(HistoryLine) -> Result<(), E>,
) -> Result<(), E> {
    let accrued = accrued_lines(snapshot, filter)?;
    let limit = filter.limit.unwrap_or(u64::MAX);
    let (mut count, mut accrued) = (0, accrued.into_iter());
    let mut limited = |line| {
        count += 1;
        if count > limit { Ok(()) } else { each(line) }
    };
    if filter.newest_first {
        accrued.by_ref().rev().try_for_each(|line| limited(HistoryLine::Accrued(line)))?;
    }
    snapshot.entries(filter, |entry| limited(HistoryLine::Entry(Box::new(entry))))?;
    accrued.try_for_each(|line| limited(HistoryLine::Accrued(line)))
}

fn accrued_lines(snapshot: &Snapshot<'_>, filter: &EntryFilter) -> Result<Vec<AccruedLine>> {
    let EntryFilter { customer_id: Some(customer_id), unit, kind: None, actor: None, since, until, .. } = filter else {
        return Ok(Vec::new());
    };
    let mut lines = Vec::new();
    let balances = BalanceFilter { unit: *unit, ..BalanceFilter::of_customer(*customer_id) };
    snapshot.balances(&balances, |balance| {
        lines.extend(snapshot.accrued(&balance)?);
        Ok::<_, Error>(())
    })?;
    lines
        .retain(|line| since.is_none_or(|since| line.sum.at >= since) && until.is_none_or(|until| line.sum.at < until));
    Ok(lines)
}
