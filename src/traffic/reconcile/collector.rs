//! Compares the fields of matched reports, and adds up messages and amounts by kind of difference.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use crate::error::{Error, Result};
use crate::model::{
    DifferenceKind, DifferenceSum, ImportPrices, Message, MessageDifference, Money, RatedMessage, ReportedMessage,
    SystemId, Unit, time_of,
};

use crate::traffic::reconcile::matching::{Matches, Pair};
use crate::traffic::reconcile::request::ReconcileRequest;
use crate::traffic::reconcile::sorter::{Report, Side};

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    messages: u64,
    ours: Money,
    theirs: Money,
}

/// Collects what matching finds.
pub(super) struct DifferenceCollector<'a> {
    names: HashMap<i64, SystemId>,
    /// What messages cost of which the file has no price.
    prices: ImportPrices,
    period: Range<i64>,
    tolerance: i64,
    ignored: &'a [DifferenceKind],
    each: &'a mut dyn FnMut(&MessageDifference) -> Result<()>,
    sums: BTreeMap<(Option<DifferenceKind>, &'static str), (Unit, Sum)>,
    ours: u64,
    theirs: u64,
    matched_by_time: u64,
}

impl<'a> DifferenceCollector<'a> {
    pub(super) fn new(
        (names, prices): (HashMap<i64, SystemId>, ImportPrices),
        (request, period): (&'a ReconcileRequest, Range<i64>),
        each: &'a mut dyn FnMut(&MessageDifference) -> Result<()>,
    ) -> Self {
        Self {
            names,
            prices,
            period,
            tolerance: request.tolerance.into(),
            ignored: &request.ignored,
            each,
            sums: BTreeMap::new(),
            ours: 0,
            theirs: 0,
            matched_by_time: 0,
        }
    }

    /// The sums by kind and unit; the messages of each side, and those that were matched by time.
    pub(super) fn end(self) -> (Vec<DifferenceSum>, u64, u64, u64) {
        let sums = self.sums.into_iter().map(|((kind, _), (unit, Sum { messages, ours, theirs }))| DifferenceSum {
            kind,
            unit,
            messages,
            ours,
            theirs,
        });
        (sums.collect(), self.ours, self.theirs, self.matched_by_time)
    }

    fn in_period(&self, report: &Report) -> bool {
        self.period.contains(&report.second())
    }

    fn unit_of(&self, message: &Message) -> Unit {
        let second = RatedMessage::of(message).second;
        self.prices.unit(message.account_id, second).unwrap_or(Unit::Sms)
    }

    /// What a message of the file costs that has no counterpart, or another number of parts.
    fn cost(&self, message: &Message) -> Money {
        match message.price {
            Some(price) => price,
            None if !message.state.is_sent() => Money::ZERO,
            // A message to where no plan has a price was not charged by us.
            None => self.prices.rate(&RatedMessage::of(message)).map_or(Money::ZERO, |rating| rating.charge),
        }
    }

    /// What the file's report of a message costs of which we have a report too.
    fn cost_in_pair(&self, ours: &Message, theirs: &Message) -> Money {
        let is_alike = ours.parts == theirs.parts && ours.state.is_sent() == theirs.state.is_sent();
        match ours.price.filter(|_| is_alike && theirs.price.is_none()) {
            Some(charge) => charge,
            None => self.cost(theirs),
        }
    }

    fn differing(&self, ours: &Report, theirs: &Report) -> Vec<DifferenceKind> {
        let (one, other) = (&ours.message, &theirs.message);
        let has_other_price = other.price.is_some() && one.price != other.price;
        let fields = [
            (DifferenceKind::Parts, one.parts != other.parts),
            (DifferenceKind::Price, has_other_price),
            (DifferenceKind::State, one.state != other.state),
            (DifferenceKind::Destination, one.destination != other.destination),
            (DifferenceKind::Time, ours.second().abs_diff(theirs.second()) > self.tolerance.unsigned_abs()),
        ];
        let differing = fields.into_iter().filter(|(kind, differs)| *differs && !self.ignored.contains(kind));
        differing.map(|(kind, _)| kind).collect()
    }

    /// Counts a message under the first of its differences, and reports them.
    fn add(
        &mut self,
        fields: Vec<DifferenceKind>,
        (ours, theirs): (Option<Report>, Option<Report>),
        by_time: bool,
    ) -> Result<()> {
        let Some(one) = ours.as_ref().or(theirs.as_ref()) else { return Ok(()) };
        let (unit, account_id) = (self.unit_of(&one.message), one.message.account_id);
        let of_ours = ours.as_ref().and_then(|report| report.message.price).unwrap_or(Money::ZERO);
        let of_theirs = match (&ours, &theirs) {
            (Some(ours), Some(theirs)) => self.cost_in_pair(&ours.message, &theirs.message),
            (None, Some(theirs)) => self.cost(&theirs.message),
            (_, None) => Money::ZERO,
        };
        let kind = fields.first().copied();
        let (_, sum) = self.sums.entry((kind, unit.code())).or_insert((unit, Sum::default()));
        let overflow = || Error::Overflow { what: "the sum of the messages" };
        sum.messages += 1;
        sum.ours = sum.ours.checked_add(of_ours).ok_or_else(overflow)?;
        sum.theirs = sum.theirs.checked_add(of_theirs).ok_or_else(overflow)?;
        if kind.is_none() {
            return Ok(());
        }
        let reported = |report: Option<Report>, amount| report.map(|report| reported(report, amount)).transpose();
        let system_id = self.names.get(&account_id).cloned();
        let system_id = system_id.ok_or_else(|| Error::Internal("a message of another customer".to_owned()))?;
        let (ours, theirs) = (reported(ours, of_ours)?, reported(theirs, of_theirs)?);
        (self.each)(&MessageDifference { fields, system_id, unit, matched_by_time: by_time, ours, theirs })
    }
}

impl Matches for DifferenceCollector<'_> {
    fn pair(&mut self, Pair { ours, theirs, by_time }: Pair) -> Result<()> {
        if !self.in_period(&ours) && !self.in_period(&theirs) {
            return Ok(());
        }
        self.ours += 1;
        self.theirs += 1;
        self.matched_by_time += u64::from(by_time);
        let fields = self.differing(&ours, &theirs);
        self.add(fields, (Some(ours), Some(theirs)), by_time)
    }

    fn alone(&mut self, report: Report) -> Result<()> {
        if !self.in_period(&report) {
            return Ok(());
        }
        let is_ours = report.side == Side::Ours;
        *(if is_ours { &mut self.ours } else { &mut self.theirs }) += 1;
        let kind = if is_ours { DifferenceKind::OnlyOurs } else { DifferenceKind::OnlyTheirs };
        let fields = if self.ignored.contains(&kind) { Vec::new() } else { vec![kind] };
        self.add(fields, if is_ours { (Some(report), None) } else { (None, Some(report)) }, false)
    }
}

fn reported(report: Report, amount: Money) -> Result<ReportedMessage> {
    let submitted_at = time_of(report.second()).ok_or_else(|| Error::Damaged("a message has no time".to_owned()))?;
    let Report { origin, message: Message { id, destination, state, parts, .. }, .. } = report;
    Ok(ReportedMessage { id, submitted_at, destination, state, parts, amount, origin })
}
