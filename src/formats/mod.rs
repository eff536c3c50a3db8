//! Files that come in: a strict, bounded, streaming reader of CSV, JSON and JSON lines, and what the rows of each noun mean.
//!
//! Every fault has its physical line and column. Nothing is guessed or read in part: a file read to its end without a fault has been
//! read completely.

pub(crate) mod column_mapping;
pub(crate) mod csv;
mod dialects;
mod json;
mod jsonl;
pub mod rejects;
pub(crate) mod row;
pub(crate) mod spreadsheet;

use std::io::BufRead;

use crate::error::Fault;

pub use column_mapping::ColumnMapping;
pub use csv::{LONGEST_FIELD, LONGEST_LINE};
pub use dialects::{DIALECTS, Dialect};
pub use row::{InputRow, starts_a_formula};

use csv::Lines;

/// The rows of a file, whatever its format.
#[derive(Debug)]
pub struct RecordReader<R> {
    format: Format<R>,
    /// Whether a `'` before a formula is a guard of our own CSV, and no text.
    guarded: bool,
}

#[derive(Debug)]
enum Format<R> {
    Csv(csv::Records<R>),
    Json(json::Elements<R>),
    Jsonl(jsonl::Objects<R>),
}

impl<R: BufRead> RecordReader<R> {
    /// Begins to read: JSON lines when the first character is a brace, JSON when it is a bracket, else CSV with a header line.
    pub fn open(input: R) -> Result<Self, Fault> {
        Self::of_lines(Lines::open(input)?)
    }

    pub(crate) fn of_lines(mut lines: Lines<R>) -> Result<Self, Fault> {
        if lines.begins_with_any(b"[")? {
            return Ok(Self { format: Format::Json(json::Elements::new(lines)), guarded: false });
        }
        if lines.begins_with_any(b"{")? {
            return Ok(Self { format: Format::Jsonl(jsonl::Objects::new(lines)), guarded: false });
        }
        Ok(Self { format: Format::Csv(csv::Records::open(lines)?), guarded: true })
    }

    /// The same with every `'` at the beginning of a cell as text, where `raw`.
    #[must_use]
    pub fn raw(mut self, raw: bool) -> Self {
        self.guarded &= !raw;
        self
    }

    /// The names of the columns, where the format says them before the rows.
    pub fn columns(&self) -> &[String] {
        match &self.format {
            Format::Csv(records) => records.columns(),
            Format::Json(_) | Format::Jsonl(_) => &[],
        }
    }

    /// The next row, if there is one. After a fault of one row the next may be read; after one of the file it is over.
    pub fn next_row(&mut self) -> Result<Option<InputRow>, Fault> {
        match &mut self.format {
            Format::Csv(records) => Ok(records.next_row()?.map(|row| row.of_csv(self.guarded))),
            Format::Json(elements) => elements.next_row(),
            Format::Jsonl(objects) => objects.next_row(),
        }
    }

    /// The fields of the record read last, where it was one of the wrong length, with the names that the header has for
    /// them.
    pub fn last_cells(&self) -> Vec<(String, String)> {
        match &self.format {
            Format::Csv(records) => records.last_cells(),
            Format::Json(_) | Format::Jsonl(_) => Vec::new(),
        }
    }
}
