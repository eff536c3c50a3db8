//! Usage: what was charged for traffic, by the days on which it was submitted.

use std::collections::{BTreeMap, HashMap};

use crate::error::{Error, Result};
use crate::model::{Money, Unit};
use crate::report::sums::Sorter;
use crate::report::traffic_question::{MessageTotals, TrafficLine, TrafficQuestion, compare};
use crate::store::{Snapshot, TrafficDetail};

/// A line of a report: what was used, and what was charged for it in one unit.
#[derive(Debug, Clone)]
pub struct UsageLine {
    pub of: TrafficLine,
    pub unit: Unit,
    pub charge: Money,
}

/// The lines of a question whose calendar is counted by days, in order, and what they add up to in each unit.
pub fn usage(snapshot: &Snapshot<'_>, question: &TrafficQuestion) -> Result<(Vec<UsageLine>, Vec<UsageLine>)> {
    let sorter = Sorter::new(snapshot, question, TrafficDetail::Unit)?;
    let (mut lines, mut totals) = (Vec::new(), BTreeMap::<Unit, (MessageTotals, Money)>::new());
    for slot in question.calendar.slots() {
        let mut found: HashMap<_, (MessageTotals, Money)> = HashMap::new();
        sorter.sort(snapshot, slot.period, |key, sum| {
            let Some(share) = sum.share else {
                return Err(Error::Internal("charges are counted by days".to_owned()));
            };
            add(found.entry((key, share.unit)).or_default(), &MessageTotals::from(sum), share.charge)
        })?;
        for ((key, unit), (sums, charge)) in found {
            add(totals.entry(unit).or_default(), &sums, charge)?;
            let of = TrafficLine { slot: Some(slot.clone()), sums, ..sorter.line(key) };
            lines.push(UsageLine { of, unit, charge });
        }
    }
    lines.sort_by(|one, other| compare(&question.by, &one.of, &other.of).then(one.unit.cmp(&other.unit)));
    let total = |(unit, (sums, charge))| UsageLine { of: TrafficLine { sums, ..TrafficLine::default() }, unit, charge };
    Ok((lines, totals.into_iter().map(total).collect()))
}

fn add((sums, charge): &mut (MessageTotals, Money), more: &MessageTotals, charged: Money) -> Result<()> {
    sums.add(more)?;
    *charge = charge.checked_add(charged).ok_or(Error::Overflow { what: "the sum of the charges" })?;
    Ok(())
}
