//! The rows whose price is disputed, until all rows are read.
//!
//! When too many wait, those of messages that are charged already go on, because nothing that follows in the file changes that.

use std::collections::HashSet;

use crate::error::Result;
use crate::store::Snapshot;
use crate::traffic::block::{BlockParser, ParsedBlock};
use crate::traffic::disputes::{DisputedRow, known_messages};

/// The number of rows that wait.
const MOST: usize = 100_000;

/// The number of those whose messages are not charged yet. Further ones are refused: the prices of the plan are wrong, or the file's.
const MOST_UNCHARGED: usize = MOST / 2;

/// The rows that wait.
#[derive(Debug, Default)]
pub(crate) struct DisputedRows {
    pub(crate) waiting: Vec<DisputedRow>,
    /// The accounts and days of rows that went on.
    pub(crate) accounts: HashSet<(i64, i32)>,
}

impl DisputedRows {
    /// Adds rows; returns those that need not wait any more, in order or refused.
    pub(crate) fn add(
        &mut self,
        rows: Vec<DisputedRow>,
        snapshot: &Snapshot<'_>,
        parser: &BlockParser,
    ) -> Result<ParsedBlock> {
        self.waiting.extend(rows);
        let mut settled = ParsedBlock::default();
        if self.waiting.len() <= MOST {
            return Ok(settled);
        }
        let known = known_messages(&self.waiting, snapshot)?;
        for (place, row) in std::mem::take(&mut self.waiting).into_iter().enumerate() {
            if known.get(&place).is_some_and(|known| known.charged) {
                self.accounts.insert((row.message.account_id, row.message.day));
                parser.add_message(&mut settled, row.line, row.message);
            } else if self.waiting.len() < MOST_UNCHARGED {
                self.waiting.push(row);
            } else {
                settled.add_fault(row.line, row.fault, row.fields);
            }
        }
        Ok(settled)
    }
}
