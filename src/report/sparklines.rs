//! Traffic over time, a line for each of what it is told apart by beside time.

use crate::error::Result;
use crate::model::Time;
use crate::report::calendar::Calendar;
use crate::report::traffic::traffic;
use crate::report::traffic_chart::label;
use crate::report::traffic_question::{TrafficGroup, MessageTotals, TrafficOrder, TrafficQuestion};
use crate::store::Snapshot;

/// One line: how many messages in each part of the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sparkline {
    /// What it is of; empty where traffic is told apart by time alone.
    pub label: String,
    /// All of it.
    pub sums: MessageTotals,
    /// Messages by hour, day or month, those without traffic included.
    pub values: Vec<u64>,
}

/// A report of traffic over time.
#[derive(Debug, Clone)]
pub struct SparklineReport {
    pub calendar: Calendar,
    /// Those that are wanted, in the order that is wanted.
    pub lines: Vec<Sparkline>,
    /// The sums of all lines, also of those that are not wanted.
    pub total: MessageTotals,
}

/// Answers a question about traffic over time as a whole.
pub fn sparklines(snapshot: &Snapshot<'_>, question: &TrafficQuestion, order: TrafficOrder) -> Result<SparklineReport> {
    let begins: Vec<Time> = question.calendar.slots().map(|slot| slot.period.from).collect();
    let others: Vec<TrafficGroup> = question.by.iter().copied().filter(|group| *group != TrafficGroup::Time).collect();
    // What belongs to one line follows each other.
    let by = others.iter().copied().chain([TrafficGroup::Time]).collect();
    let question = TrafficQuestion { by, ..question.clone() };
    let mut lines: Vec<Sparkline> = Vec::new();
    let total = traffic(snapshot, &question, TrafficOrder::default(), |found| {
        let label = label(&others, &found);
        if lines.last().is_none_or(|line| line.label != label) {
            lines.push(Sparkline { label, sums: MessageTotals::default(), values: vec![0; begins.len()] });
        }
        let place = found.slot.as_ref().and_then(|slot| begins.binary_search(&slot.period.from).ok());
        if let (Some(line), Some(place)) = (lines.last_mut(), place) {
            line.sums.add(&found.sums)?;
            line.values[place] = line.values[place].saturating_add(found.sums.messages().unsigned_abs());
        }
        Ok::<_, crate::Error>(())
    })?;
    order.arrange(&mut lines, |line| &line.sums);
    Ok(SparklineReport { calendar: question.calendar, lines, total })
}
