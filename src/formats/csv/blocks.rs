//! Splits CSV text into blocks at record boundaries, so that several threads can read them in parallel.
//!
//! Outside quotes, every line end ends a record, and a line end is outside quotes if an even number of quotes precedes it in its
//! record. If that does not hold, a quote is misplaced: the reader of that block reports the fault and stops.

use std::io::{self, BufRead, Read};

use crate::error::Fault;
use crate::formats::csv::limits::{BlankText, LONGEST_FIELD, MOST_COLUMNS};
use crate::formats::csv::lines::{Lines, unreadable};
use crate::formats::csv::quoting::{self, Quoting};
use crate::formats::csv::text::Text;

/// Approximate size of a block in bytes.
const SIZE: usize = 1 << 20;
/// Maximum length of a record in bytes: every field is quoted and consists only of doubled quotes.
const LONGEST_RECORD: usize = MOST_COLUMNS * (2 * LONGEST_FIELD + 3);

/// A part of the text that consists of whole records.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) text: Vec<u8>,
    /// The number of lines of the file before this block.
    pub(crate) lines_before: u64,
}

/// The blocks of a text after its header.
#[derive(Debug)]
pub(crate) struct Blocks<R> {
    input: Text<R>,
    /// Bytes already read that belong to the next block.
    rest: Vec<u8>,
    lines_before: u64,
    /// `None` if it is unclear; then every line end ends a record.
    quoting: Option<Quoting>,
    size: usize,
    /// Maximum length of a record. A longer one has a fault anyway, so it may be split anywhere.
    longest: usize,
    /// The blank blocks before the next one.
    blank: BlankText,
    /// The read error that ended the input; it is reported after the blocks before it.
    failure: Option<io::Error>,
}

impl<R: BufRead> Blocks<R> {
    /// The blocks of the lines that are still unread.
    pub(crate) fn new(lines: Lines<R>, quoting: Option<Quoting>) -> Self {
        let (input, lines_before) = lines.into_rest();
        Self {
            input,
            rest: Vec::new(),
            lines_before,
            quoting,
            size: SIZE,
            longest: LONGEST_RECORD,
            blank: BlankText::default(),
            failure: None,
        }
    }

    /// Sets the size of blocks and the maximum length of a record.
    #[cfg(test)]
    pub(crate) fn of_size(self, size: usize, longest: usize) -> Self {
        Self { size, longest, ..self }
    }

    /// Reads the next block; `None` at the end. If reading fails, the complete records before the failure are returned first.
    pub(crate) fn next_block(&mut self) -> Result<Option<Block>, Fault> {
        let mut text = Vec::with_capacity(self.size + self.rest.len());
        text.append(&mut self.rest);
        while self.failure.is_none() {
            let wanted = self.size.saturating_sub(text.len()).max(self.size / 2 + 1);
            let end = match self.input.by_ref().take(wanted as u64).read_to_end(&mut text) {
                Ok(read) if read < wanted => Some(text.len()),
                Ok(_) => self.last_end(&text).or((text.len() > self.longest).then_some(text.len())),
                Err(error) => {
                    self.failure = Some(error);
                    text.truncate(self.last_end(&text).unwrap_or_default());
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
            if text.iter().all(u8::is_ascii_whitespace) {
                self.blank.add_bytes(text.len(), self.lines_before)?;
            } else {
                self.blank = BlankText::default();
            }
            return Ok(Some(Block { text, lines_before }));
        }
        self.failure.take().map_or(Ok(None), |error| Err(unreadable(self.lines_before + 1, &error)))
    }

    /// The end of the last whole record of a text that begins at a record boundary.
    fn last_end(&self, text: &[u8]) -> Option<usize> {
        match self.quoting {
            Some(Quoting::Csv) => last_end(text),
            Some(quoting) => quoting::last_end(text, quoting),
            None => memchr::memrchr(b'\n', text).map(|index| index + 1),
        }
    }
}

/// The end of the last whole record of CSV.
fn last_end(text: &[u8]) -> Option<usize> {
    let quotes = memchr::memchr_iter(b'"', text).count();
    let mut quotes_before = quotes;
    for index in memchr::memrchr2_iter(b'"', b'\n', text) {
        match text[index] {
            b'"' => quotes_before -= 1,
            _ if quotes_before.is_multiple_of(2) => return Some(index + 1),
            _ => {}
        }
    }
    None
}
