//! Usage: the charges for traffic, by the day on which it was submitted.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use crate::error::{Error, Result};
use crate::model::{Money, Unit};
use crate::report::charged_by::ChargedBy;
use crate::report::traffic_groups::TrafficGrouper;
use crate::report::traffic_question::{MessageTotals, TrafficGroup, TrafficLine, TrafficQuestion, compare};
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
        let mut of_slot = Vec::with_capacity(found.len());
        for ((key, unit), (sums, charge)) in found {
            let total = totals.entry(unit).or_insert_with(|| Some(Default::default()));
            *total = total.take().and_then(|mut total| add(&mut total, &sums, charge).is_ok().then_some(total));
            let traffic = TrafficLine { slot: Some(slot.clone()), sums, ..grouper.line(key) };
            of_slot.push(UsageLine { traffic, unit, charge });
        }
        lines.append(&mut by_price(question, of_slot)?);
    }
    lines.sort_by(|one, other| order(question, one, other));
    let total = |(unit, sums): (Unit, Option<(MessageTotals, Money)>)| {
        let (sums, charge) = sums?;
        Some(UsageLine { traffic: TrafficLine { sums, ..TrafficLine::default() }, unit, charge })
    };
    Ok((lines, totals.into_iter().filter_map(total).collect()))
}

fn order(question: &TrafficQuestion, one: &UsageLine, other: &UsageLine) -> Ordering {
    compare(&question.by, &one.traffic, &other.traffic).then(one.unit.cmp(&other.unit))
}

/// Merges the lines of single prices that the question does not distinguish. A line keeps its price if all its messages had it.
fn by_price(question: &TrafficQuestion, lines: Vec<UsageLine>) -> Result<Vec<UsageLine>> {
    if !question.by.iter().any(|group| matches!(group, TrafficGroup::Destination | TrafficGroup::Price)) {
        return Ok(lines);
    }
    let splits_prices = question.by.contains(&TrafficGroup::Price);
    let split = |mut line: UsageLine| {
        // Nothing was charged: neither a plan nor a file had a price.
        if line.traffic.charged_by == Some(ChargedBy::File) && line.charge == Money::ZERO {
            line.traffic.charged_by = None;
        }
        let price = match &mut line.traffic.charged_by {
            Some(ChargedBy::Plan { price, .. }) if !splits_prices => price.take(),
            _ => None,
        };
        (line, price)
    };
    let mut lines: Vec<(UsageLine, Option<Money>)> = lines.into_iter().map(split).collect();
    lines.sort_by(|(one, _), (other, _)| order(question, one, other));
    let mut merged: Vec<(UsageLine, Option<Money>)> = Vec::with_capacity(lines.len());
    for (line, price) in lines {
        match merged.last_mut().filter(|(last, _)| order(question, last, &line).is_eq()) {
            Some((last, of_last)) => {
                *of_last = of_last.filter(|of_last| Some(*of_last) == price);
                let mut total = (last.traffic.sums, last.charge);
                add(&mut total, &line.traffic.sums, line.charge)?;
                (last.traffic.sums, last.charge) = total;
            }
            None => merged.push((line, price)),
        }
    }
    let whole = |(mut line, of_line): (UsageLine, Option<Money>)| {
        if let Some(ChargedBy::Plan { price: price @ None, .. }) = &mut line.traffic.charged_by {
            *price = of_line;
        }
        line
    };
    Ok(merged.into_iter().map(whole).collect())
}

fn add((sums, charge): &mut (MessageTotals, Money), more: &MessageTotals, charged: Money) -> Result<()> {
    sums.add(more)?;
    *charge = charge.checked_add(charged).ok_or(Error::Overflow { what: "the sum of the charges" })?;
    Ok(())
}
