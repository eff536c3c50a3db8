//! The prices of a plan as a list, with what follows from the other ones: until when each counts, and what it supersedes.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::model::word_enum::word_enum;
use crate::model::{Plan, PlanCode, PriceDestination, PriceRow, Time, Timeline, Unit, second_of, time_of};
use crate::store::Snapshot;

word_enum! {
    /// What a price is now.
    pub enum PriceState {
        Current = "current",
        /// Planned: it counts from a later time on.
        Future = "future",
        /// Another one follows it.
        Past = "past",
        /// Another one was recorded later for the same time.
        Superseded = "superseded",
    }
}

/// A price of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceLine {
    pub plan: PlanCode,
    pub unit: Unit,
    pub row: PriceRow,
    /// When the next price of the destination begins. A superseded price has none.
    pub effective_until: Option<Time>,
    /// The ID of the price that was recorded before for the same time.
    pub supersedes: Option<i64>,
    pub state: PriceState,
}

/// Which prices to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedPrices {
    /// Those in force now, and those planned for later.
    CurrentAndFuture,
    /// Those in force at a time.
    At(Time),
    /// Everything that was recorded.
    All,
}

/// The prices of a plan, of all destinations or of one, by destination and time.
pub fn price_list(
    snapshot: &Snapshot<'_>,
    plan: &Plan,
    destination: Option<&PriceDestination>,
    listed: ListedPrices,
) -> Result<Vec<PriceLine>> {
    let rows = match destination {
        Some(destination) => snapshot.price_rows_of(plan.id, destination)?,
        None => snapshot.price_rows(plan.id, snapshot.prices_version()?)?,
    };
    let mut by_destination: BTreeMap<PriceDestination, Vec<PriceRow>> = BTreeMap::new();
    for row in rows {
        by_destination.entry(row.destination.clone()).or_default().push(row);
    }
    let now = second_of(Some(snapshot.at()));
    let lines = by_destination.into_values().flat_map(|rows| lines_of(plan, rows, now));
    Ok(lines.filter(|line| is_listed(line, listed)).collect())
}

/// A price with what follows from the others of its plan.
pub fn price_line(snapshot: &Snapshot<'_>, plan: &Plan, row: &PriceRow) -> Result<Option<PriceLine>> {
    let lines = price_list(snapshot, plan, Some(&row.destination), ListedPrices::All)?;
    Ok(lines.into_iter().find(|line| line.row.id == row.id))
}

fn is_listed(line: &PriceLine, listed: ListedPrices) -> bool {
    match listed {
        ListedPrices::All => true,
        ListedPrices::CurrentAndFuture => match line.state {
            PriceState::Current => line.row.price.is_some(),
            state => state == PriceState::Future,
        },
        ListedPrices::At(time) => {
            line.state != PriceState::Superseded
                && line.row.price.is_some()
                && line.row.effective_from.is_none_or(|from| from <= time)
                && line.effective_until.is_none_or(|until| until > time)
        }
    }
}

/// The prices of one destination, by time and order of recording.
fn lines_of(plan: &Plan, mut rows: Vec<PriceRow>, now: i64) -> Vec<PriceLine> {
    rows.sort_by_key(|row| (row.effective_from, row.id));
    let timeline: Timeline<PriceRow> = PriceRow::timeline(rows.clone());
    let current = timeline.at(now).map(|row| row.id);
    let mut lines: Vec<PriceLine> = Vec::with_capacity(rows.len());
    for row in rows {
        let second = second_of(row.effective_from);
        let counts = timeline.at(second).is_some_and(|counting| counting.id == row.id);
        let state = match counts {
            false => PriceState::Superseded,
            true if current == Some(row.id) => PriceState::Current,
            true if second > now => PriceState::Future,
            true => PriceState::Past,
        };
        let supersedes = lines.last().filter(|before| before.row.effective_from == row.effective_from);
        let supersedes = supersedes.map(|before| before.row.id);
        let effective_until = timeline.next_start(second).and_then(time_of).filter(|_| counts);
        lines.push(PriceLine { plan: plan.code.clone(), unit: plan.unit, row, effective_until, supersedes, state });
    }
    lines
}
