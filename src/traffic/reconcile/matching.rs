//! Finds the reports of both sides that are about the same message.

use std::collections::VecDeque;

use crate::error::Result;
use crate::traffic::reconcile::sorter::{Order, Report, Side, Sorter};

/// Reports of one ID whose days differ are of the same message only if they are at most this far apart: gateways reuse IDs.
const WITHIN_ID: i64 = 86_400;

/// Different reports of the same ID and day that are compared with ours; a file with more has no IDs of messages in that column.
const MOST_REPORTS: usize = 16;

/// Reports of the same message.
pub(super) struct Pair {
    pub(super) ours: Report,
    pub(super) theirs: Report,
    pub(super) by_time: bool,
}

/// Takes what is found.
pub(super) trait Matches {
    fn pair(&mut self, pair: Pair) -> Result<()>;
    /// A report without a counterpart.
    fn alone(&mut self, report: Report) -> Result<()>;
}

/// Matches reports by their IDs; returns how many reports of the file say the same once more. Those that remain go to `rest`.
pub(super) fn by_id(sorter: Sorter, rest: &mut Sorter, found: &mut dyn Matches) -> Result<u64> {
    let mut matching = ById { day: Day::default(), window: Window::new(Order::ById, WITHIN_ID), repeats: 0 };
    sorter.merge(|report| {
        if !matching.day.has(&report) {
            matching.end_day(rest, found)?;
        }
        matching.add(report, rest)
    })?;
    matching.end_day(rest, found)?;
    matching.window.end(&mut |report| rest.add(report))?;
    Ok(matching.repeats)
}

/// Matches reports by account, number and parts, if their times are at most `tolerance` seconds apart.
pub(super) fn by_number(sorter: Sorter, tolerance: i64, found: &mut dyn Matches) -> Result<()> {
    let mut window = Window::new(Order::ByNumber, tolerance);
    sorter.merge(|report| match window.add(report, &mut |alone| found.alone(alone))? {
        Some((ours, theirs)) => found.pair(Pair { ours, theirs, by_time: true }),
        None => Ok(()),
    })?;
    window.end(&mut |alone| found.alone(alone))
}

struct ById {
    day: Day,
    /// Reports that have no counterpart of the same day.
    window: Window,
    repeats: u64,
}

/// The reports of one account, ID and day.
#[derive(Default)]
struct Day {
    ours: Option<Report>,
    theirs: Vec<Report>,
}

impl Day {
    fn has(&self, report: &Report) -> bool {
        let first = self.ours.as_ref().or(self.theirs.first());
        first.is_some_and(|first| first.message.key() == report.message.key())
    }
}

impl ById {
    fn add(&mut self, report: Report, rest: &mut Sorter) -> Result<()> {
        if report.side == Side::Ours {
            // A message is stored once.
            return self.day.ours.replace(report).map_or(Ok(()), |other| rest.add(other));
        }
        // A file may report a message with every state that it had, as one that is imported may.
        if let Some(known) =
            self.day.theirs.iter_mut().find(|known| known.message.contradiction(&report.message).is_none())
        {
            known.message.state = known.message.state.max(report.message.state);
            self.repeats += 1;
        } else if self.day.theirs.len() < MOST_REPORTS {
            self.day.theirs.push(report);
        } else {
            rest.add(report)?;
        }
        Ok(())
    }

    /// Pairs our report with the one of the file that is most like it.
    fn end_day(&mut self, rest: &mut Sorter, found: &mut dyn Matches) -> Result<()> {
        let Day { ours, mut theirs } = std::mem::take(&mut self.day);
        let Some(ours) = ours else {
            return theirs.into_iter().try_for_each(|report| self.pass_on(report, rest, found));
        };
        if theirs.is_empty() {
            return self.pass_on(ours, rest, found);
        }
        let is_alike = |report: &Report| {
            (&report.message.destination, report.message.parts) == (&ours.message.destination, ours.message.parts)
        };
        let best = theirs.iter().position(is_alike).unwrap_or_default();
        let best = theirs.swap_remove(best);
        found.pair(Pair { ours, theirs: best, by_time: false })?;
        theirs.into_iter().try_for_each(|report| rest.add(report))
    }

    /// The other side may have a message of shortly before midnight on the next day.
    fn pass_on(&mut self, report: Report, rest: &mut Sorter, found: &mut dyn Matches) -> Result<()> {
        match self.window.add(report, &mut |report| rest.add(report))? {
            Some((ours, theirs)) => found.pair(Pair { ours, theirs, by_time: false }),
            None => Ok(()),
        }
    }
}

/// Pairs reports of one group whose times are near each other: each with the earliest that is left of the other side, which
/// leaves as few alone as possible.
struct Window {
    order: Order,
    tolerance: i64,
    /// Reports of one side, by time.
    waiting: VecDeque<Report>,
}

impl Window {
    fn new(order: Order, tolerance: i64) -> Self {
        Self { order, tolerance, waiting: VecDeque::new() }
    }

    /// Adds the next report in the order of the sorter; returns ours and theirs if it has a counterpart.
    fn add(&mut self, report: Report, alone: &mut dyn FnMut(Report) -> Result<()>) -> Result<Option<(Report, Report)>> {
        let (order, tolerance) = (self.order, self.tolerance);
        let is_too_far =
            |waiting: &Report| !order.is_same_group(waiting, &report) || waiting.second() + tolerance < report.second();
        while let Some(passed) = self.waiting.pop_front_if(|waiting| is_too_far(waiting)) {
            alone(passed)?;
        }
        let Some(other) = self.waiting.pop_front_if(|waiting| waiting.side != report.side) else {
            self.waiting.push_back(report);
            return Ok(None);
        };
        Ok(Some(if report.side == Side::Ours { (report, other) } else { (other, report) }))
    }

    fn end(self, alone: &mut dyn FnMut(Report) -> Result<()>) -> Result<()> {
        self.waiting.into_iter().try_for_each(alone)
    }
}
