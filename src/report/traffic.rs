//! Traffic: the number of messages by time, customer, account, service, country and state. Only sums are read, so the time it
//! takes does not depend on the number of messages.

use crate::error::{Error, Result};
use crate::report::traffic_groups::TrafficGrouper;
use crate::report::traffic_question::{
    MessageTotals, TrafficGroup, TrafficLine, TrafficOrder, TrafficQuestion, compare,
};
use crate::store::{Snapshot, TrafficDetail};

/// The traffic report, from which a table, a bar chart or an SVG is made.
#[derive(Debug, Clone)]
pub struct TrafficReport {
    pub question: TrafficQuestion,
    /// The lines, ordered and limited as asked.
    pub lines: Vec<TrafficLine>,
    /// The sums of all lines, including those beyond the limit.
    pub total: MessageTotals,
}

/// Answers a question with a complete report.
pub fn traffic_report(
    snapshot: &Snapshot<'_>,
    question: TrafficQuestion,
    order: TrafficOrder,
) -> Result<TrafficReport> {
    let mut lines = Vec::new();
    let total = traffic(snapshot, &question, order, |line| {
        lines.push(line);
        Ok::<_, Error>(())
    })?;
    Ok(TrafficReport { question, lines, total })
}

/// Calls `each` with the lines that answer a question, in order, and returns the sums of all of them.
///
/// This serves lists that are too long for a [`TrafficReport`]: in natural order, and if time is the first group or none, only
/// the lines of one hour, day or month are kept in memory.
///
/// If lines are grouped by time alone, every part of the period has a line, even without traffic.
pub fn traffic<E: From<Error>>(
    snapshot: &Snapshot<'_>,
    question: &TrafficQuestion,
    order: TrafficOrder,
    mut each: impl FnMut(TrafficLine) -> Result<(), E>,
) -> Result<MessageTotals, E> {
    let (mut count, limit) = (0, order.limit.unwrap_or(u64::MAX));
    if order.is_natural() {
        return in_natural_order(snapshot, question, |line| {
            count += 1;
            if count > limit { Ok(()) } else { each(line) }
        });
    }
    let mut lines = Vec::new();
    let total = in_natural_order(snapshot, question, |line| {
        lines.push(line);
        Ok::<_, Error>(())
    })?;
    order.arrange(&mut lines, |line| &line.sums);
    lines.into_iter().try_for_each(each)?;
    Ok(total)
}

/// Calls `each` with all lines in natural order, which is the order of their groups.
fn in_natural_order<E: From<Error>>(
    snapshot: &Snapshot<'_>,
    question: &TrafficQuestion,
    mut each: impl FnMut(TrafficLine) -> Result<(), E>,
) -> Result<MessageTotals, E> {
    let grouper = TrafficGrouper::new(snapshot, question, TrafficDetail::Messages)?;
    let (mut total, mut kept) = (MessageTotals::default(), Vec::new());
    let streams = !question.by.iter().skip(1).any(|group| *group == TrafficGroup::Time);
    for slot in question.calendar.slots() {
        let mut lines = grouper.lines_of(snapshot, slot.period)?;
        if lines.is_empty() && question.by == [TrafficGroup::Time] {
            lines.push(TrafficLine::default());
        }
        for line in &mut lines {
            line.slot = Some(slot.clone());
            total.add(&line.sums)?;
        }
        if streams {
            lines.sort_unstable_by(|one, other| compare(&question.by, one, other));
            lines.into_iter().try_for_each(&mut each)?;
        } else {
            kept.append(&mut lines);
        }
    }
    kept.sort_unstable_by(|one, other| compare(&question.by, one, other));
    kept.into_iter().try_for_each(each)?;
    Ok(total)
}
