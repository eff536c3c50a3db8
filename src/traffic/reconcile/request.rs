//! What a comparison is asked to do, and its result.

use std::collections::HashMap;

use crate::error::{Error, quoted};
use crate::model::{DifferenceKind, DifferenceSum, Time};
use crate::traffic::parse_options::ParseOptions;
use crate::traffic::reconcile::file_summary::ReconciledFile;
use crate::traffic::source::Source;

/// A file of message records, and how to compare it.
#[derive(Debug)]
pub struct ReconcileRequest {
    pub source: Source,
    pub options: ParseOptions,
    pub customer: String,
    /// Messages submitted at or after the first and before the second time; `None` for the days of the file.
    pub period: Option<(Time, Time)>,
    /// How far apart, in seconds, the times of the same message may be.
    pub tolerance: u32,
    /// Whether messages are only matched by their IDs.
    pub by_id_only: bool,
    /// Differences that do not count.
    pub ignored: Vec<DifferenceKind>,
    /// Whether rows with faults are left out; otherwise one such row refuses the file.
    pub skip_invalid: bool,
    /// The number of messages to sort in memory; `None` for the usual one.
    pub sorted_in_memory: Option<usize>,
}

/// One difference is tolerated in this number of messages, and the same share of money.
const ONE_IN: u64 = 100_000;

/// The result of comparing a file.
#[derive(Debug, Clone)]
pub struct Reconciliation {
    pub file: ReconciledFile,
    pub period: (Time, Time),
    /// By kind and unit; the messages without a difference come first.
    pub sums: Vec<DifferenceSum>,
    /// The stored messages of the period.
    pub ours: u64,
    /// The messages of the file in the period.
    pub theirs: u64,
    /// Messages that were matched by time and number.
    pub matched_by_time: u64,
    /// Rows of the file that report a message once more.
    pub repeats: u64,
}

impl Reconciliation {
    /// The number of messages that differ.
    pub fn differences(&self) -> u64 {
        self.sums.iter().filter(|sum| sum.kind.is_some()).map(|sum| sum.messages).sum()
    }

    /// Whether at most one message in 100,000 differs, and at most as much of the money.
    pub fn agrees(&self) -> bool {
        let most = self.ours.max(self.theirs);
        let is_small = |part: u128, whole: u128| part * u128::from(ONE_IN) <= whole;
        let mut by_unit: HashMap<_, (i128, i128)> = HashMap::new();
        for sum in &self.sums {
            let (ours, theirs) = by_unit.entry(sum.unit).or_default();
            (*ours, *theirs) = (*ours + i128::from(sum.ours.e8()), *theirs + i128::from(sum.theirs.e8()));
        }
        let amounts_agree =
            by_unit.values().all(|(ours, theirs)| is_small(ours.abs_diff(*theirs), ours.unsigned_abs()));
        is_small(self.differences().into(), most.into()) && amounts_agree
    }
}

/// A file names an account of another customer.
pub(super) fn other_customer(account: &str, customer: &str) -> Error {
    Error::Refused(format!("SMPP account {} belongs to customer {}", quoted(account), quoted(customer)))
}
