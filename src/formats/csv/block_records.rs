//! The records of a block of CSV: those that are a line without quotes, as nearly all are, are found in one pass over it.
//!
//! A line that is anything else, or has a fault, is left to [`Records`], which begins where it begins. So what is read, and what
//! is said of it, is the same as there.

use crate::error::Fault;
use crate::formats::csv::blocks::Block;
use crate::formats::csv::limits::{LONGEST_FIELD, LONGEST_LINE};
use crate::formats::csv::lines::Lines;
use crate::formats::csv::record::{NextRecord, Record, Span};
use crate::formats::csv::records::{Layout, Records};

/// The records of a block.
#[derive(Debug)]
pub(crate) struct BlockRecords<'a> {
    /// What was not read yet; none where `others` reads all of it.
    rest: Option<&'a str>,
    /// The number of the line read last.
    number: u64,
    delimiter: u8,
    /// What ends a field or begins a quoted one, each eight times.
    signs: [u64; 3],
    columns: usize,
    /// The record read last, if it is a line without quotes.
    line: Option<&'a str>,
    spans: Vec<Span>,
    /// Reads any other line.
    others: Records<&'a [u8]>,
}

impl<'a> BlockRecords<'a> {
    pub(crate) fn new(layout: &Layout, block: &'a Block) -> Self {
        let has_nul = memchr::memchr(0, &block.text).is_some();
        Self {
            rest: if has_nul { None } else { std::str::from_utf8(&block.text).ok() },
            number: block.lines_before,
            delimiter: layout.delimiter,
            signs: [layout.delimiter, b'\n', b'"'].map(|sign| u64::from_le_bytes([sign; CHUNK])),
            columns: layout.columns.len(),
            line: None,
            spans: Vec::with_capacity(layout.columns.len()),
            others: Records::of_lines(layout, Lines::after(block.lines_before, &block.text)),
        }
    }

    /// Finds the fields of the next line, if it is a record by itself that has no quotes and as many fields as there are columns.
    fn split_line(&mut self, rest: &'a str) -> bool {
        // What begins otherwise may be an empty line.
        if !rest.as_bytes().first().is_some_and(u8::is_ascii_graphic) {
            return false;
        }
        self.spans.clear();
        let mut start = 0;
        // The end of a block, where fewer bytes are left, is read in the other way.
        for (chunk, before) in rest.as_bytes().as_chunks().0.iter().zip((0..).step_by(CHUNK)) {
            let mut marks = marks(*chunk, self.signs);
            while marks != 0 {
                let place = marks.trailing_zeros() as usize / 8;
                let (mark, end) = (chunk[place], before + place);
                if mark == self.delimiter && end - start <= LONGEST_FIELD && self.spans.len() < self.columns {
                    self.spans.push(Span::new(start, end));
                    start = end + 1;
                } else {
                    return mark == b'\n' && self.end_line(rest, start, end);
                }
                marks &= marks - 1;
            }
        }
        false
    }

    /// Takes a line of which all fields but the last are found, if that is in order too.
    fn end_line(&mut self, rest: &'a str, start: usize, end: usize) -> bool {
        let line = &rest[..end];
        let line = line.strip_suffix('\r').unwrap_or(line);
        let is_plain = line.len() <= LONGEST_LINE && line.len() - start <= LONGEST_FIELD;
        if is_plain && self.spans.len() + 1 == self.columns {
            self.spans.push(Span::new(start, line.len()));
            (self.line, self.rest, self.number) = (Some(line), Some(&rest[end + 1..]), self.number + 1);
            return true;
        }
        false
    }
}

/// How many bytes are looked at together, as one number.
const CHUNK: usize = 8;

/// Has the highest bit set of each byte that is a delimiter, the end of a line or a quote; the searched bytes are given eightfold.
fn marks(chunk: [u8; CHUNK], signs: [u64; 3]) -> u64 {
    const LOW: u64 = u64::MAX / 255 * 0x7f;
    let chunk = u64::from_le_bytes(chunk);
    // A byte that is not zero gets its highest bit by this sum, if it does not have it.
    let others = signs.map(|sign| chunk ^ sign).map(|differs| ((differs & LOW) + LOW) | differs);
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
        let is_there = self.others.advance_to_row();
        if let Some(rest) = self.rest {
            let (left, number) = self.others.left();
            (self.rest, self.number) = (left.and_then(|left| rest.get(rest.len() - left..)), number);
        }
        Ok(if is_there? { Some(self.others.current()) } else { None })
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

    /// What both readers report of a text with three columns, which must be the same.
    fn both(text: &[u8], delimiter: u8) -> Vec<String> {
        let layout = Layout { delimiter, columns: ["a", "b", "c"].map(str::to_owned).to_vec() };
        let block = Block { text: text.to_owned(), lines_before: 7 };
        let quickly = reported(BlockRecords::new(&layout, &block));
        assert_eq!(
            quickly,
            reported(Records::of_lines(&layout, Lines::after(block.lines_before, &block.text))),
            "{text:?}"
        );
        quickly
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
            text in "(([ab\u{e9} ]{0,9},[ab\r\u{a0}]{0,9},[ab\"]{0,2}|[ab,;\" ]{0,9}|\"a\nb\",,)(\r\n|\n)){0,12}[ab,]{0,6}",
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
