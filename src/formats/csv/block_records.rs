//! Reads the records of a CSV block. Records on one line without quotes, which nearly all are, are found in a single pass.
//!
//! Any other line, and any line with a fault, is passed to [`Records`]. Both readers therefore report the same records and faults.

use crate::error::Fault;
use crate::formats::csv::blocks::Block;
use crate::formats::csv::limits::{LONGEST_FIELD, LONGEST_LINE};
use crate::formats::csv::lines::Lines;
use crate::formats::csv::quoting::Quoting;
use crate::formats::csv::record::{NextRecord, Record, Span};
use crate::formats::csv::records::{Layout, Records};

/// The records of a block.
#[derive(Debug)]
pub(crate) struct BlockRecords<'a> {
    /// The unread text; `None` if `others` reads all of it.
    rest: Option<&'a str>,
    /// The number of the last line read.
    number: u64,
    delimiter: u8,
    /// The delimiter, the line break, and the quote or the backslash, each repeated in the eight bytes of a number.
    patterns: [u64; 3],
    columns: usize,
    /// The last record, if it is a line without quotes.
    line: Option<&'a str>,
    spans: Vec<Span>,
    /// Reads all other records.
    others: Records<&'a [u8]>,
}

impl<'a> BlockRecords<'a> {
    pub(crate) fn new(layout: &Layout, block: &'a Block) -> Self {
        let (quote, others_read_all) = match layout.quoting {
            Some(Quoting::Csv) => (b'"', false),
            Some(Quoting::None) => (b'\\', false),
            // Two characters are special, but only one is looked for.
            Some(Quoting::Backslash) | None => (b'"', memchr::memchr(b'\\', &block.text).is_some()),
        };
        let others_read_all = others_read_all || memchr::memchr(0, &block.text).is_some();
        Self {
            rest: if others_read_all { None } else { std::str::from_utf8(&block.text).ok() },
            number: block.lines_before,
            delimiter: layout.delimiter,
            patterns: [layout.delimiter, b'\n', quote].map(|byte| u64::from_le_bytes([byte; CHUNK])),
            columns: layout.columns.len(),
            line: None,
            spans: Vec::with_capacity(layout.columns.len()),
            others: Records::of_lines(layout, Lines::after(block.lines_before, &block.text)),
        }
    }

    /// Splits the next line into fields. Returns false unless it is a complete record without quotes and with one field per column.
    fn split_line(&mut self, rest: &'a str) -> bool {
        // A line with another first character may be empty.
        if !rest.as_bytes().first().is_some_and(u8::is_ascii_graphic) {
            return false;
        }
        self.spans.clear();
        let mut start = 0;
        // Fewer than eight bytes at the end of a block are left to `others`.
        for (chunk, before) in rest.as_bytes().as_chunks().0.iter().zip((0..).step_by(CHUNK)) {
            let mut matches = find_special(*chunk, self.patterns);
            while matches != 0 {
                let index = matches.trailing_zeros() as usize / 8;
                let (byte, end) = (chunk[index], before + index);
                if byte == self.delimiter && end - start <= LONGEST_FIELD && self.spans.len() < self.columns {
                    self.spans.push(Span::new(start, end));
                    start = end + 1;
                } else {
                    return byte == b'\n' && self.end_line(rest, start, end);
                }
                matches &= matches - 1;
            }
        }
        false
    }

    /// Completes a line after its last delimiter. Returns false if it exceeds a limit or has the wrong number of fields.
    fn end_line(&mut self, rest: &'a str, start: usize, end: usize) -> bool {
        let line = &rest[..end];
        let line = line.trim_end_matches('\r');
        // The other reader skips lines with nothing but separators.
        let is_blank = || line.bytes().all(|byte| byte == self.delimiter || !byte.is_ascii_graphic());
        let is_plain = line.len() <= LONGEST_LINE && line.len() - start <= LONGEST_FIELD && !is_blank();
        if is_plain && self.spans.len() + 1 == self.columns {
            self.spans.push(Span::new(start, line.len()));
            (self.line, self.rest, self.number) = (Some(line), Some(&rest[end + 1..]), self.number + 1);
            return true;
        }
        false
    }
}

/// Number of bytes that are compared at once, as one 64-bit number.
const CHUNK: usize = 8;

/// Returns a number with the highest bit set in each byte that is a delimiter, a line break or a quote.
fn find_special(chunk: [u8; CHUNK], patterns: [u64; 3]) -> u64 {
    const LOW: u64 = u64::MAX / 255 * 0x7f;
    let chunk = u64::from_le_bytes(chunk);
    // The XOR is zero in matching bytes. The sum sets the highest bit of every other byte.
    let others = patterns.map(|byte| chunk ^ byte).map(|differs| ((differs & LOW) + LOW) | differs);
    !(others[0] & others[1] & others[2] | LOW)
}

impl NextRecord for BlockRecords<'_> {
    fn next_record(&mut self) -> Result<Option<Record<'_>>, Fault> {
        if let Some(rest) = self.rest {
            if self.split_line(rest) {
                return Ok(Some(self.current()));
            }
            self.others.go_to(rest.as_bytes(), self.number);
        }
        self.line = None;
        let has_row = self.others.advance_to_row();
        if let Some(rest) = self.rest {
            let (left, number) = self.others.left();
            (self.rest, self.number) = (left.and_then(|left| rest.get(rest.len() - left..)), number);
        }
        Ok(if has_row? { Some(self.others.current()) } else { None })
    }

    fn current(&self) -> Record<'_> {
        match self.line {
            Some(line) => Record::in_line(line, &self.spans, self.number),
            None => self.others.current(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Everything that is reported of some records: their lines, fields and places, and every fault.
    fn reported(mut records: impl NextRecord) -> Vec<String> {
        let mut reported = Vec::new();
        loop {
            match records.next_record() {
                Ok(None) => return reported,
                Ok(Some(record)) => {
                    let fields: Vec<_> = record.fields().zip(record.places()).collect();
                    reported.push(format!("{} {fields:?}", record.line()));
                }
                Err(fault) => reported.push(format!("{fault:?}")),
            }
        }
    }

    /// What both readers report of a text with three columns, which must be the same with any quoting.
    fn both(text: &[u8], delimiter: u8) -> Vec<String> {
        let quotings = [None, Some(Quoting::None), Some(Quoting::Backslash), Some(Quoting::Csv)];
        let mut reported_last = Vec::new();
        for (quoting, any_bytes) in quotings.into_iter().flat_map(|quoting| [(quoting, true), (quoting, false)]) {
            let columns = ["a", "b", "c"].map(str::to_owned).to_vec();
            let layout = Layout { delimiter, quoting, columns, any_bytes };
            let block = Block { text: text.to_owned(), lines_before: 7 };
            let quickly = reported(BlockRecords::new(&layout, &block));
            let slowly = reported(Records::of_lines(&layout, Lines::after(block.lines_before, &block.text)));
            assert_eq!(quickly, slowly, "{quoting:?} {text:?}");
            reported_last = quickly;
        }
        reported_last
    }

    #[test]
    fn long_fields_and_lines_are_refused_alike() {
        for length in [LONGEST_FIELD - 1, LONGEST_FIELD, LONGEST_FIELD + 1, LONGEST_LINE] {
            let long = "x".repeat(length);
            for text in [format!("1,2,{long}\r\n4,5,6\n"), format!("1,{long},3\n4,5,6\n"), format!("{long}\n4,5,6\n")] {
                both(text.as_bytes(), b',');
            }
        }
        assert_eq!(both(b"1,2,3\n4,5,6\n7,8,9", b',').len(), 3);
    }

    proptest! {
        #[test]
        fn both_readers_report_the_same_lines(
            text in "(([ab\u{e9} ]{0,9},[ab\r\u{a0}]{0,9},[ab\\\"]{0,2}|[ab,;\\\" ]{0,9}|\"a\nb\",,)(\r\n|\n)|[,;]{1,3}\n){0,12}[ab,]{0,6}",
            delimiter in "[,;]"
        ) {
            both(text.as_bytes(), delimiter.as_bytes()[0]);
        }

        #[test]
        fn both_readers_report_the_same_invalid_text(
            text in "([ab]{0,9},[ab]{0,9},[ab]{0,9}\n){1,6}", place in 0..60_usize, byte: u8
        ) {
            let mut text = text.into_bytes();
            let place = place % text.len();
            text[place] = byte;
            both(&text, b',');
        }
    }
}
