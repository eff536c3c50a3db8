//! A CSV record that borrows from the reader's buffer, so that reading a row copies nothing.

use crate::error::Fault;

/// A position in a file. Lines and columns are counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    pub(crate) line: u64,
    pub(crate) column: u64,
}

/// The byte range of a field in its text. Limits on lines and fields keep it far below 4 GiB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    #[expect(clippy::cast_possible_truncation, reason = "a record has at most 256 fields of at most 64 KiB")]
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }
}

/// One record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    text: &'a str,
    spans: &'a [Span],
    places: Places<'a>,
}

/// The positions of a record's fields in the file.
#[derive(Debug, Clone, Copy)]
enum Places<'a> {
    /// All fields are on this line, which is the record's text.
    Line(u64),
    Each(&'a [Place]),
}

impl<'a> Record<'a> {
    /// A record that is a whole line without quotes.
    pub(crate) fn in_line(line: &'a str, spans: &'a [Span], number: u64) -> Self {
        Self { text: line, spans, places: Places::Line(number) }
    }

    /// A record whose fields were removed from their quotes.
    pub(crate) fn assembled(text: &'a str, spans: &'a [Span], places: &'a [Place]) -> Self {
        Self { text, spans, places: Places::Each(places) }
    }

    /// The number of fields; at least one.
    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The line on which the record begins.
    pub(crate) fn line(&self) -> u64 {
        match self.places {
            Places::Each(places) => places.first().copied().unwrap_or_default().line,
            Places::Line(line) => line,
        }
    }

    /// The text of a field; empty if there is no such field.
    #[inline]
    pub(crate) fn field(&self, index: usize) -> &'a str {
        self.spans.get(index).and_then(|span| self.text.get(span.start as usize..span.end as usize)).unwrap_or_default()
    }

    /// The texts of all fields.
    pub(crate) fn fields(self) -> impl Iterator<Item = &'a str> {
        (0..self.len()).map(move |index| self.field(index))
    }

    /// The position of a field.
    pub(crate) fn place(&self, index: usize) -> Place {
        match self.places {
            Places::Each(places) => places.get(index).copied().unwrap_or_default(),
            Places::Line(line) => {
                let start = self.spans.get(index).map_or(0, |span| span.start as usize);
                let before = self.text.get(..start).unwrap_or_default();
                Place { line, column: before.chars().count() as u64 + 1 }
            }
        }
    }

    /// The positions of all fields. Counts the characters of the line only once.
    pub(crate) fn places(self) -> impl Iterator<Item = Place> {
        let (mut counted, mut column) = (0, 1);
        self.spans.iter().enumerate().map(move |(index, span)| match self.places {
            Places::Each(_) => self.place(index),
            Places::Line(line) => {
                let start = span.start as usize;
                column += self.text.get(counted..start).unwrap_or_default().chars().count() as u64;
                counted = start;
                Place { line, column }
            }
        })
    }
}

/// A reader of records.
pub(crate) trait NextRecord {
    /// Reads the next row, which has one field per column; `None` at the end.
    fn next_record(&mut self) -> Result<Option<Record<'_>>, Fault>;

    /// The last record read.
    fn current(&self) -> Record<'_>;
}
