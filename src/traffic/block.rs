//! A block of consecutive rows with everything that can be computed without the rows before it, so that several threads can do it.

use std::collections::BTreeSet;

use crate::error::Fault;
use crate::formats::csv::NextRecord;
use crate::model::{Message, TrafficTally};
use crate::store::Snapshot;
use crate::traffic::account_index::AccountIndex;
use crate::traffic::disputes::DisputedRow;
use crate::traffic::duplicate_filter::{Fingerprints, MessageFingerprint};
use crate::traffic::receipts::DeliveryReport;
use crate::traffic::row_parser::{ParsedRow, RowInterpreter};
use crate::traffic::staged_row::NonMessage;
use crate::traffic::staging::PackedRows;

/// The usual number of rows in a block of a large file.
const OF_A_BLOCK: usize = 1 << 14;

/// The result of parsing a block of rows.
#[derive(Debug, Default)]
pub(crate) struct ParsedBlock {
    pub(crate) rows: PackedRows,
    /// The fingerprints of its messages, in the same order.
    pub(crate) message_fingerprints: Vec<MessageFingerprint>,
    /// Messages of days that already have messages, with their lines.
    pub(crate) of_known_days: Vec<(Message, u64)>,
    /// Reports whose messages are not known yet. They are not in the tally.
    pub(crate) receipts: Vec<DeliveryReport>,
    /// Messages whose price may be wrong. They are not in the tally either.
    pub(crate) disputed: Vec<DisputedRow>,
    /// Faults of rows and, on request, the fields of those rows.
    pub(crate) faults: Vec<(Fault, Vec<String>)>,
    /// The tally of the rows if every message turns out to be known.
    pub(crate) tally: TrafficTally,
}

impl ParsedBlock {
    fn with_room_for(rows: usize) -> Self {
        Self {
            rows: PackedRows::with_room_for(rows),
            message_fingerprints: Vec::with_capacity(rows),
            ..Self::default()
        }
    }

    /// A block that ends the file with a fault.
    pub(crate) fn of_fault(fault: Fault) -> Self {
        let mut part = Self::default();
        part.add_fault(fault.line, fault, Vec::new());
        part
    }

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.tally.rows() == 0 && self.receipts.is_empty() && self.disputed.is_empty()
    }

    pub(crate) fn add_other(&mut self, line: u64, aside: NonMessage) {
        self.rows.add_other(line, aside);
        aside.count(&mut self.tally);
    }

    pub(crate) fn add_fault(&mut self, line: u64, fault: Fault, fields: Vec<String>) {
        self.add_other(line, NonMessage::Refused);
        self.faults.push((fault, fields));
    }
}

/// What is needed to parse blocks.
#[derive(Debug, Clone)]
pub(crate) struct BlockParser {
    pub(crate) fingerprints: Fingerprints,
    /// The days that already have messages.
    pub(crate) known_days: BTreeSet<i32>,
    /// Whether the fields of faulty rows are kept.
    pub(crate) keeps_fields: bool,
}

impl BlockParser {
    /// Parses up to a number of rows. A block without rows means the end.
    pub(crate) fn part(
        &self,
        records: &mut impl NextRecord,
        interpreter: &mut RowInterpreter,
        account_index: &mut AccountIndex,
        snapshot: Option<&Snapshot<'_>>,
        rows: usize,
    ) -> ParsedBlock {
        let mut part = ParsedBlock::with_room_for(rows.min(OF_A_BLOCK));
        while part.tally.rows() + ((part.receipts.len() + part.disputed.len()) as u64) < rows as u64
            && let Some((line, parsed)) = interpreter.next(records, account_index, snapshot)
        {
            match parsed {
                Ok(ParsedRow::Message(message)) => self.add_message(&mut part, line, message),
                Ok(ParsedRow::Receipt(receipt)) => part.receipts.push((receipt, line)),
                Ok(ParsedRow::Disputed(row)) => {
                    let fields = self.kept_fields(records);
                    part.disputed.push(DisputedRow { fields, ..*row });
                }
                Ok(ParsedRow::Rejected) => part.add_other(line, NonMessage::Rejected),
                Ok(ParsedRow::Other) => part.add_other(line, NonMessage::Other),
                Err(fault) => {
                    let fields = self.kept_fields(records);
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

    /// The fields of a row that may become a reject.
    fn kept_fields(&self, records: &impl NextRecord) -> Vec<String> {
        if self.keeps_fields { records.current().fields().map(str::to_owned).collect() } else { Vec::new() }
    }

    pub(crate) fn add_message(&self, part: &mut ParsedBlock, line: u64, message: Message) {
        part.rows.add_message(line, &message);
        part.tally.duplicate += 1;
        part.message_fingerprints.push(self.fingerprints.of(&message));
        if self.known_days.contains(&message.day) {
            part.of_known_days.push((message, line));
        }
    }
}
