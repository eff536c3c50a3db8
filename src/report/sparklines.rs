//! Traffic over time, a line for each of what it is told apart by beside time.

use crate::error::Result;
use crate::model::Time;
use crate::report::traffic_chart::label;
use crate::report::{Group, Sums, TrafficQuestion, traffic};
use crate::store::Snapshot;

/// One line: how many messages in each part of the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sparkline {
    /// What it is of; empty where traffic is told apart by time alone.
    pub label: String,
    /// All of it.
    pub sums: Sums,
    /// Messages by hour, day or month, those without traffic included.
    pub values: Vec<u64>,
}

/// The lines of a report over time, in its order.
pub fn sparklines(snapshot: &Snapshot<'_>, question: &TrafficQuestion) -> Result<Vec<Sparkline>> {
    let begins: Vec<Time> = question.calendar.slots().map(|slot| slot.period.from).collect();
    let others: Vec<Group> = question.by.iter().copied().filter(|group| *group != Group::Time).collect();
    // What belongs to one line follows each other.
    let by = others.iter().copied().chain([Group::Time]).collect();
    let question = TrafficQuestion { by, ..question.clone() };
    let mut lines: Vec<Sparkline> = Vec::new();
    traffic(snapshot, &question, |found| {
        let label = label(&others, &found);
        if lines.last().is_none_or(|line| line.label != label) {
            lines.push(Sparkline { label, sums: Sums::default(), values: vec![0; begins.len()] });
        }
        let place = found.slot.as_ref().and_then(|slot| begins.binary_search(&slot.period.from).ok());
        if let (Some(line), Some(place)) = (lines.last_mut(), place) {
            line.sums.add(&found.sums)?;
            line.values[place] = line.values[place].saturating_add(found.sums.messages().unsigned_abs());
        }
        Ok::<_, crate::Error>(())
    })?;
    Ok(lines)
}
