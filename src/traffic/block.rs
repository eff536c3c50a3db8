//! Rows that follow each other in a file, with everything that can be told of them without those before: several threads work
//! it out.

use std::collections::BTreeSet;

use crate::error::Fault;
use crate::formats::csv::NextRecord;
use crate::model::{Message, TrafficTally};
use crate::store::Snapshot;
use crate::traffic::account_index::AccountIndex;
use crate::traffic::duplicate_filter::{Fingerprints, MessageFingerprint};
use crate::traffic::row_parser::{Sense, Told};
use crate::traffic::staging::{Aside, Packed};

/// How many rows a block of a large file has, as a rule.
const OF_A_BLOCK: usize = 1 << 14;

/// What was understood of some rows.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) rows: Packed,
    /// Those of its messages, in the same order.
    pub(crate) message_fingerprints: Vec<MessageFingerprint>,
    /// Messages of days of which there is traffic, and their lines.
    pub(crate) of_known_days: Vec<(Message, u64)>,
    /// What is wrong with rows, and, if that is asked for, what stands in them.
    pub(crate) faults: Vec<(Fault, Vec<String>)>,
    /// What the rows come to if every message is known.
    pub(crate) tally: TrafficTally,
}

impl Part {
    fn with_room_for(rows: usize) -> Self {
        Self { rows: Packed::with_room_for(rows), message_fingerprints: Vec::with_capacity(rows), ..Self::default() }
    }

    /// What is known of a file that cannot be read on.
    pub(crate) fn of_fault(fault: Fault) -> Self {
        let mut part = Self::default();
        part.add_fault(fault.line, fault, Vec::new());
        part
    }

    fn add_aside(&mut self, line: u64, aside: Aside) {
        self.rows.add_aside(line, aside);
        aside.count(&mut self.tally);
    }

    fn add_fault(&mut self, line: u64, fault: Fault, fields: Vec<String>) {
        self.add_aside(line, Aside::Refused);
        self.faults.push((fault, fields));
    }
}

/// What must be known to tell all that of rows.
#[derive(Debug, Clone)]
pub(crate) struct Gatherer {
    pub(crate) fingerprints: Fingerprints,
    /// The days of which there is traffic.
    pub(crate) known_days: BTreeSet<i32>,
    /// Whether the fields of rows with faults are asked for.
    pub(crate) keeps_fields: bool,
}

impl Gatherer {
    /// Reads on, to the end or so many rows at most. No rows follow where it gives none.
    pub(crate) fn part(
        &self,
        records: &mut impl NextRecord,
        sense: &mut Sense,
        account_index: &mut AccountIndex,
        snapshot: Option<&Snapshot<'_>>,
        rows: usize,
    ) -> Part {
        let mut part = Part::with_room_for(rows.min(OF_A_BLOCK));
        while part.tally.rows() < rows as u64
            && let Some((line, told)) = sense.next(records, account_index, snapshot)
        {
            match told {
                Ok(Told::Message(message)) => self.add_message(&mut part, line, message),
                Ok(Told::Rejected) => part.add_aside(line, Aside::Rejected),
                Ok(Told::Other) => part.add_aside(line, Aside::Other),
                Err(fault) => {
                    let kept = self.keeps_fields;
                    let fields =
                        if kept { records.current().fields().map(str::to_owned).collect() } else { Vec::new() };
                    let ends_file = fault.ends_file;
                    part.add_fault(line, fault, fields);
                    if ends_file {
                        break;
                    }
                }
            }
        }
        part
    }

    fn add_message(&self, part: &mut Part, line: u64, message: Message) {
        part.rows.add_message(line, &message);
        part.tally.duplicate += 1;
        part.message_fingerprints.push(self.fingerprints.of(&message));
        if self.known_days.contains(&message.day) {
            part.of_known_days.push((message, line));
        }
    }
}
