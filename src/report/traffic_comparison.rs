//! Compares the traffic of a period with that of the period before it.

use std::collections::HashMap;

use crate::error::Result;
use crate::model::Time;
use crate::report::calendar::Calendar;
use crate::report::traffic::{TrafficReport, traffic_report};
use crate::report::traffic_question::{MessageTotals, TrafficLine, TrafficOrder, TrafficQuestion};
use crate::store::Snapshot;

/// A line of a report, and the sums of the same groups in the period before. Parts of a period are compared by their order: the
/// first day with the first day.
#[derive(Debug, Clone, Default)]
pub struct TrafficChange {
    pub line: TrafficLine,
    pub before: MessageTotals,
}

impl TrafficChange {
    /// The messages that are more, or fewer.
    pub fn difference(&self) -> i64 {
        self.line.sums.messages() - self.before.messages()
    }

    /// The difference in tenths of a per cent of the period before, towards zero; `None` if there were no messages then.
    pub fn change_per_mille(&self) -> Option<i64> {
        let before = i128::from(self.before.messages());
        (i128::from(self.difference()) * 1000).checked_div(before).and_then(|change| i64::try_from(change).ok())
    }
}

/// The lines of a comparison, and one with the sums of all.
#[derive(Debug, Clone)]
pub struct TrafficComparison {
    pub changes: Vec<TrafficChange>,
    pub total: TrafficChange,
}

/// Compares the answer of a question with that for another period. Groups that only the other period has come last.
pub fn compare_traffic(
    snapshot: &Snapshot<'_>,
    question: TrafficQuestion,
    before: Calendar,
) -> Result<TrafficComparison> {
    let (now_slots, before_slots) = (places_of(&question.calendar), places_of(&before));
    let earlier = TrafficQuestion { calendar: before, ..question.clone() };
    let order = TrafficOrder::default();
    let TrafficReport { lines, total, .. } = traffic_report(snapshot, question, order)?;
    let earlier = traffic_report(snapshot, earlier, order)?;
    let total = TrafficChange { line: TrafficLine { sums: total, ..TrafficLine::default() }, before: earlier.total };
    let mut changes: Vec<TrafficChange> =
        lines.into_iter().map(|line| TrafficChange { line, before: MessageTotals::default() }).collect();
    let mut index: HashMap<LineKey, usize> =
        changes.iter().enumerate().map(|(place, change)| (LineKey::of(&change.line, &now_slots), place)).collect();
    for line in earlier.lines {
        let place = *index.entry(LineKey::of(&line, &before_slots)).or_insert(changes.len());
        let sums = line.sums;
        if place == changes.len() {
            let line = TrafficLine { sums: MessageTotals::default(), ..line };
            changes.push(TrafficChange { line, before: MessageTotals::default() });
        }
        changes[place].before = sums;
    }
    Ok(TrafficComparison { changes, total })
}

/// The place of each part of a period by its beginning.
fn places_of(calendar: &Calendar) -> HashMap<Time, usize> {
    calendar.slots().zip(0..).map(|(slot, place)| (slot.period.from, place)).collect()
}

/// What two lines of different periods must have in common.
#[derive(PartialEq, Eq, Hash)]
struct LineKey {
    slot: Option<usize>,
    groups: [Option<String>; 6],
}

impl LineKey {
    fn of(line: &TrafficLine, places: &HashMap<Time, usize>) -> Self {
        let text = |value: Option<&dyn std::fmt::Display>| value.map(ToString::to_string);
        Self {
            slot: line.slot.as_ref().and_then(|slot| places.get(&slot.period.from).copied()),
            groups: [
                text(line.customer.as_ref().map(|value| value as _)),
                text(line.system_id.as_ref().map(|value| value as _)),
                text(line.service.as_ref().map(|value| value as _)),
                text(line.country.as_ref().map(|value| value as _)),
                text(line.network.as_ref().map(|value| value as _)),
                text(line.state.as_ref().map(|value| value as _)),
            ],
        }
    }
}
