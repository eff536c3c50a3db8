//! Traffic: how many messages there were, whose and to where, and what became of them. Answered from sums alone, so that the
//! time it takes does not depend on how many messages there were.

use crate::error::{Error, Result};
use crate::report::sums::Sorter;
use crate::report::traffic_question::{TrafficGroup, MessageTotals, TrafficLine, TrafficOrder, TrafficQuestion, compare};
use crate::store::{Snapshot, TrafficDetail};

/// A report of traffic: what a table, a bar chart and a picture are made from.
#[derive(Debug, Clone)]
pub struct TrafficReport {
    pub question: TrafficQuestion,
    /// Those that are wanted, in the order that is wanted.
    pub lines: Vec<TrafficLine>,
    /// The sums of all lines, also of those that are not wanted.
    pub total: MessageTotals,
}

/// Answers a question as a whole.
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

/// Hands the lines that answer a question to `each`, in order, and gives the sums of all of them.
///
/// In their natural order, and where time comes first or not at all, no more is kept in memory than the lines of one hour, day
/// or month, and the hours of one day: this is for lists that are too long for a [`TrafficReport`].
///
/// Where lines are told apart by time alone, there is one for each part of the period, also for those without traffic.
pub fn traffic<E: From<Error>>(
    snapshot: &Snapshot<'_>,
    question: &TrafficQuestion,
    order: TrafficOrder,
    mut each: impl FnMut(TrafficLine) -> Result<(), E>,
) -> Result<MessageTotals, E> {
    let (mut count, limit) = (0, order.limit.unwrap_or(u64::MAX));
    if order.is_natural() {
        return natural(snapshot, question, |line| {
            count += 1;
            if count > limit { Ok(()) } else { each(line) }
        });
    }
    let mut lines = Vec::new();
    let total = natural(snapshot, question, |line| {
        lines.push(line);
        Ok::<_, Error>(())
    })?;
    order.arrange(&mut lines, |line| &line.sums);
    lines.into_iter().try_for_each(each)?;
    Ok(total)
}

/// The same for all lines in their natural order: by what they are of.
fn natural<E: From<Error>>(
    snapshot: &Snapshot<'_>,
    question: &TrafficQuestion,
    mut each: impl FnMut(TrafficLine) -> Result<(), E>,
) -> Result<MessageTotals, E> {
    let sorter = Sorter::new(snapshot, question, TrafficDetail::Account)?;
    let (mut total, mut kept) = (MessageTotals::default(), Vec::new());
    let streams = !question.by.iter().skip(1).any(|group| *group == TrafficGroup::Time);
    for slot in question.calendar.slots() {
        let mut lines = sorter.lines_of(snapshot, slot.period)?;
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
