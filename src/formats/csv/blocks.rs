//! A text of CSV in blocks that begin and end between two records, so that they can be read side by side.
//!
//! Outside quotes, every line end ends a record, and a line end is outside quotes if an even number of quotes precedes it in its
//! record. If that does not hold, a quote is misplaced: the reader of that block reports the fault and stops.

use std::io::{self, BufRead, Read};

use crate::error::Fault;
use crate::formats::csv::limits::{LONGEST_FIELD, MOST_COLUMNS};
use crate::formats::csv::lines::{Lines, unreadable};
use crate::formats::csv::text::Text;

/// About how large a block is.
const SIZE: usize = 1 << 20;
/// The most bytes of a record: every field in quotes, and nothing but quotes in it.
const LONGEST_RECORD: usize = MOST_COLUMNS * (2 * LONGEST_FIELD + 3);

/// Whole records of a text.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) text: Vec<u8>,
    /// How many lines of the file stand before it.
    pub(crate) lines_before: u64,
}

/// What is left of a text after a record.
#[derive(Debug)]
pub(crate) struct Blocks<R> {
    input: Text<R>,
    /// Read already, but not of the block before.
    rest: Vec<u8>,
    lines_before: u64,
    size: usize,
    /// A longer record has a fault, so that it does not matter where it is cut.
    longest: usize,
    /// Why nothing more can be read.
    failure: Option<io::Error>,
}

impl<R: BufRead> Blocks<R> {
    /// The blocks of the lines that were not read yet.
    pub(crate) fn new(lines: Lines<R>) -> Self {
        let (input, lines_before) = lines.into_rest();
        Self { input, rest: Vec::new(), lines_before, size: SIZE, longest: LONGEST_RECORD, failure: None }
    }

    /// The same in blocks of another size, where no record is longer than so much.
    #[cfg(test)]
    pub(crate) fn of_size(self, size: usize, longest: usize) -> Self {
        Self { size, longest, ..self }
    }

    /// The next block; none at the end. What can be read of a file that breaks off comes before the fault.
    pub(crate) fn next_block(&mut self) -> Result<Option<Block>, Fault> {
        let mut text = Vec::with_capacity(self.size + self.rest.len());
        text.append(&mut self.rest);
        while self.failure.is_none() {
            let wanted = self.size.saturating_sub(text.len()).max(self.size / 2 + 1);
            let end = match self.input.by_ref().take(wanted as u64).read_to_end(&mut text) {
                Ok(read) if read < wanted => Some(text.len()),
                Ok(_) => last_end(&text).or((text.len() > self.longest).then_some(text.len())),
                Err(error) => {
                    self.failure = Some(error);
                    text.truncate(last_end(&text).unwrap_or_default());
                    Some(text.len())
                }
            };
            let Some(end) = end else { continue };
            if end == 0 {
                break;
            }
            self.rest = text.split_off(end);
            let lines_before = self.lines_before;
            self.lines_before += memchr::memchr_iter(b'\n', &text).count() as u64;
            return Ok(Some(Block { text, lines_before }));
        }
        self.failure.take().map_or(Ok(None), |error| Err(unreadable(self.lines_before + 1, &error)))
    }
}

/// The end of the last whole record of a text that begins with one.
fn last_end(text: &[u8]) -> Option<usize> {
    let quotes = memchr::memchr_iter(b'"', text).count();
    let mut quotes_before = quotes;
    for place in memchr::memrchr2_iter(b'"', b'\n', text) {
        match text[place] {
            b'"' => quotes_before -= 1,
            _ if quotes_before.is_multiple_of(2) => return Some(place + 1),
            _ => {}
        }
    }
    None
}
