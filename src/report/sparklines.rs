//! Traffic over time as sparklines, one for each combination of the other groups.

use crate::error::Result;
use crate::model::Time;
use crate::report::calendar::Calendar;
use crate::report::traffic::traffic;
use crate::report::traffic_chart::label;
use crate::report::traffic_question::{MessageTotals, TrafficGroup, TrafficOrder, TrafficQuestion};
use crate::store::Snapshot;

/// One sparkline: the number of messages in each part of the period.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sparkline {
    /// Its groups; empty if traffic is grouped by time alone.
    pub label: String,
    /// The sums over the whole period.
    pub sums: MessageTotals,
    /// Messages by hour, day or month; zero without traffic.
    pub values: Vec<u64>,
}

/// The traffic report as sparklines.
#[derive(Debug, Clone)]
pub struct SparklineReport {
    pub calendar: Calendar,
    /// The lines, ordered and limited as asked.
    pub lines: Vec<Sparkline>,
    /// The sums of all lines, including those beyond the limit.
    pub total: MessageTotals,
}

/// Answers a question about traffic over time.
pub fn sparklines(snapshot: &Snapshot<'_>, question: &TrafficQuestion, order: TrafficOrder) -> Result<SparklineReport> {
    let begins: Vec<Time> = question.calendar.slots().map(|slot| slot.period.from).collect();
    let others: Vec<TrafficGroup> = question.by.iter().copied().filter(|group| *group != TrafficGroup::Time).collect();
    // With time as the last group, the values of one sparkline come one after the other.
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
