//! Usage: the charges for traffic, by the day on which it was submitted.

use std::collections::{BTreeMap, HashMap};

use crate::error::{Error, Result};
use crate::model::{Money, Unit};
use crate::report::traffic_groups::TrafficGrouper;
use crate::report::traffic_question::{MessageTotals, TrafficLine, TrafficQuestion, compare};
use crate::store::{Snapshot, TrafficDetail};

/// A line of the usage report: traffic, and what was charged for it in one unit.
#[derive(Debug, Clone)]
pub struct UsageLine {
    pub traffic: TrafficLine,
    pub unit: Unit,
    pub charge: Money,
}

/// The lines that answer a question, in order, and their totals by unit, without those that are larger than an amount can be. The calendar must fit [`CountedBy::Day`].
///
/// [`CountedBy::Day`]: crate::report::CountedBy::Day
pub fn usage(snapshot: &Snapshot<'_>, question: &TrafficQuestion) -> Result<(Vec<UsageLine>, Vec<UsageLine>)> {
    let grouper = TrafficGrouper::new(snapshot, question, TrafficDetail::Unit)?;
    let (mut lines, mut totals) = (Vec::new(), BTreeMap::<Unit, Option<(MessageTotals, Money)>>::new());
    for slot in question.calendar.slots() {
        let mut found: HashMap<_, (MessageTotals, Money)> = HashMap::new();
        grouper.each_sum(snapshot, slot.period, |key, sum| {
            let Some(share) = sum.share else {
                return Err(Error::Internal("charges are only known by day".to_owned()));
            };
            add(found.entry((key, share.unit)).or_default(), &MessageTotals::from(sum), share.charge)
        })?;
        found.retain(|_, (sums, charge)| *sums != MessageTotals::default() || *charge != Money::ZERO);
        for ((key, unit), (sums, charge)) in found {
            let total = totals.entry(unit).or_insert_with(|| Some(Default::default()));
            *total = total.take().and_then(|mut total| add(&mut total, &sums, charge).is_ok().then_some(total));
            let traffic = TrafficLine { slot: Some(slot.clone()), sums, ..grouper.line(key) };
            lines.push(UsageLine { traffic, unit, charge });
        }
    }
    lines.sort_by(|one, other| compare(&question.by, &one.traffic, &other.traffic).then(one.unit.cmp(&other.unit)));
    let total = |(unit, sums): (Unit, Option<(MessageTotals, Money)>)| {
        let (sums, charge) = sums?;
        Some(UsageLine { traffic: TrafficLine { sums, ..TrafficLine::default() }, unit, charge })
    };
    Ok((lines, totals.into_iter().filter_map(total).collect()))
}

fn add((sums, charge): &mut (MessageTotals, Money), more: &MessageTotals, charged: Money) -> Result<()> {
    sums.add(more)?;
    *charge = charge.checked_add(charged).ok_or(Error::Overflow { what: "the sum of the charges" })?;
    Ok(())
}
