//! Sorts any number of messages in little memory: sorted runs in temporary files, which are merged as they are read.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::model::Message;
use crate::traffic::staged_row::StagedRow;
use crate::traffic::staging::{PackedRows, StagedRows, Staging};

/// The number of messages that are sorted in memory; some 30 MB.
pub(super) const RUN: usize = 200_000;

/// The number of messages that are read from a run at a time.
const BLOCK: usize = 2_000;

const SECONDS_A_DAY: i64 = 86_400;

/// Who reports a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Ours,
    Theirs,
}

/// A message as one side reports it. In our own, the price is what was charged.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub(super) side: Side,
    /// The line of the file, or the number of the import.
    pub(super) origin: u64,
    pub(super) message: Message,
}

impl Report {
    /// The second of submission since 1970-01-01 UTC.
    pub(super) fn second(&self) -> i64 {
        i64::from(self.message.day) * SECONDS_A_DAY + i64::from(self.message.second)
    }

    fn packed_origin(&self) -> u64 {
        self.origin << 1 | u64::from(self.side == Side::Theirs)
    }

    fn unpacked(origin: u64, message: Message) -> Self {
        let side = if origin & 1 == 1 { Side::Theirs } else { Side::Ours };
        Self { side, origin: origin >> 1, message }
    }
}

/// What reports are sorted by.
#[derive(Debug, Clone, Copy)]
pub(super) enum Order {
    /// Account, ID and time.
    ById,
    /// Account, number, parts and time.
    ByNumber,
}

impl Order {
    /// Whether two reports may be about the same message, if their times allow it.
    pub(super) fn is_same_group(self, one: &Report, other: &Report) -> bool {
        self.compare_groups(&one.message, &other.message) == Ordering::Equal
    }

    fn compare_groups(self, one: &Message, other: &Message) -> Ordering {
        let of_account = one.account_id.cmp(&other.account_id);
        of_account.then_with(|| match self {
            Self::ById => one.id.cmp(&other.id),
            Self::ByNumber => (&one.destination, one.parts).cmp(&(&other.destination, other.parts)),
        })
    }

    fn compare(self, one: &Report, other: &Report) -> Ordering {
        let in_group = || (one.second(), one.side, one.origin).cmp(&(other.second(), other.side, other.origin));
        self.compare_groups(&one.message, &other.message).then_with(in_group)
    }
}

/// Collects reports to be sorted.
pub(super) struct Sorter {
    order: Order,
    /// The file whose folder has room for temporary files.
    database: PathBuf,
    run: usize,
    reports: Vec<Report>,
    runs: Vec<Staging>,
}

impl Sorter {
    /// `run` is the number of reports to keep in memory.
    pub(super) fn new(order: Order, database: &Path, run: usize) -> Self {
        Self { order, database: database.to_owned(), run, reports: Vec::new(), runs: Vec::new() }
    }

    pub(super) fn add(&mut self, report: Report) -> Result<()> {
        self.reports.push(report);
        if self.reports.len() >= self.run { self.end_run() } else { Ok(()) }
    }

    fn end_run(&mut self) -> Result<()> {
        let order = self.order;
        self.reports.sort_unstable_by(|one, other| order.compare(one, other));
        let mut staging = Staging::next_to(&self.database);
        for block in self.reports.chunks(BLOCK) {
            let mut rows = PackedRows::with_room_for(block.len());
            for report in block {
                rows.add_message(report.packed_origin(), &report.message);
            }
            staging.add(&rows)?;
        }
        self.reports.clear();
        self.runs.push(staging);
        Ok(())
    }

    /// Passes all reports in their order to `each`.
    pub(super) fn merge(mut self, mut each: impl FnMut(Report) -> Result<()>) -> Result<()> {
        self.end_run()?;
        let mut runs: Vec<StagedRows<'_>> = self.runs.iter().map(Staging::rows).collect();
        let mut heads = BinaryHeap::with_capacity(runs.len());
        for (run, rows) in runs.iter_mut().enumerate() {
            heads.extend(next_of(rows)?.map(|report| Reverse(Head { order: self.order, report, run })));
        }
        while let Some(Reverse(Head { report, run, .. })) = heads.pop() {
            heads.extend(next_of(&mut runs[run])?.map(|report| Reverse(Head { order: self.order, report, run })));
            each(report)?;
        }
        Ok(())
    }
}

fn next_of(rows: &mut StagedRows<'_>) -> Result<Option<Report>> {
    Ok(match rows.next()? {
        Some((origin, StagedRow::Message(message))) => Some(Report::unpacked(origin, message)),
        _ => None,
    })
}

/// The next report of a run.
struct Head {
    order: Order,
    report: Report,
    run: usize,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order.compare(&self.report, &other.report).then(self.run.cmp(&other.run))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Destination, MessageId, MessageState};
    use proptest::prelude::*;

    fn report(theirs: bool, origin: u64, (id, day, second, parts): (u8, i32, u32, u16)) -> Report {
        let message = Message {
            day,
            id: MessageId::Text(format!("m{id}").into()),
            account_id: i64::from(id % 3),
            second,
            state: MessageState::Delivered,
            destination: Destination::Number(u64::from(id / 3)),
            parts,
            price: None,
            network: None,
        };
        Report { side: if theirs { Side::Theirs } else { Side::Ours }, origin, message }
    }

    proptest! {
        #[test]
        fn runs_of_any_length_are_merged_to_what_sorting_in_memory_gives(
            reports in proptest::collection::vec((any::<bool>(), 0..9_u64, (0..20_u8, 0..3, 0..5_u32, 1..3_u16)), 0..60),
            run in 1..20_usize,
            by_id: bool,
        ) {
            let folder = tempfile::tempdir().expect("folder");
            let order = if by_id { Order::ById } else { Order::ByNumber };
            let mut sorter = Sorter::new(order, &folder.path().join("a.db"), run);
            let mut expected: Vec<Report> =
                reports.into_iter().map(|(theirs, origin, fields)| report(theirs, origin, fields)).collect();
            expected.iter().try_for_each(|report| sorter.add(report.clone())).expect("added");
            expected.sort_by(|one, other| order.compare(one, other));
            let mut merged = Vec::new();
            sorter.merge(|report| { merged.push(report); Ok(()) }).expect("merged");
            let keys = |reports: &[Report]| -> Vec<_> {
                reports.iter().map(|report| (report.side, report.origin, report.message.clone())).collect()
            };
            // Reports that are equal in all that is compared may come in any order.
            prop_assert!(merged.is_sorted_by(|one, next| order.compare(one, next) != Ordering::Greater));
            let (mut merged, mut expected) = (keys(&merged), keys(&expected));
            let key = |of: &(Side, u64, Message)| format!("{of:?}");
            merged.sort_by_key(key);
            expected.sort_by_key(key);
            prop_assert_eq!(merged, expected);
        }
    }
}
