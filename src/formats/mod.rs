//! Reads CSV, JSON and JSON lines as a stream of rows, strictly and with bounded memory, and maps foreign columns to ours.
//!
//! Every fault has a physical line and column. Nothing is guessed: a file that is read to its end without a fault has been read
//! completely.

pub(crate) mod cell_damage;
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
    /// Whether a `'` before a formula is the escape that our CSV exports add, and not text.
    guarded: bool,
}

#[derive(Debug)]
enum Format<R> {
    Csv(csv::Records<R>),
    Json(json::Elements<R>),
    Jsonl(jsonl::Objects<R>),
}

impl<R: BufRead> RecordReader<R> {
    /// Opens a file. If the first character is a brace it is JSON lines, if it is a bracket JSON, and otherwise CSV with a header
    /// line.
    pub fn open(input: R) -> Result<Self, Fault> {
        Self::of_lines(Lines::open(input)?)
    }

    pub(crate) fn of_lines(mut lines: Lines<R>) -> Result<Self, Fault> {
        if lines.starts_with_any(b"[")? {
            return Ok(Self { format: Format::Json(json::Elements::new(lines)), guarded: false });
        }
        if lines.starts_with_any(b"{")? {
            return Ok(Self { format: Format::Jsonl(jsonl::Objects::new(lines)), guarded: false });
        }
        Ok(Self { format: Format::Csv(csv::Records::open(lines)?), guarded: true })
    }

    /// With `raw`, a `'` at the beginning of a cell is always text.
    #[must_use]
    pub fn raw(mut self, raw: bool) -> Self {
        self.guarded &= !raw;
        self
    }

    /// The names of the columns; empty for formats without a header.
    pub fn columns(&self) -> &[String] {
        match &self.format {
            Format::Csv(records) => records.columns(),
            Format::Json(_) | Format::Jsonl(_) => &[],
        }
    }

    /// Reads the next row, if any. Reading can continue after a fault of one row, but not after one that ends the file.
    pub fn next_row(&mut self) -> Result<Option<InputRow>, Fault> {
        match &mut self.format {
            Format::Csv(records) => Ok(records.next_row()?.map(|row| row.of_csv(self.guarded))),
            Format::Json(elements) => elements.next_row(),
            Format::Jsonl(objects) => objects.next_row(),
        }
    }

    /// The fields of the last CSV record with their column names. For a record of the wrong length, which is not returned as a
    /// row.
    pub fn last_cells(&self) -> Vec<(String, String)> {
        match &self.format {
            Format::Csv(records) => records.last_cells(),
            Format::Json(_) | Format::Jsonl(_) => Vec::new(),
        }
    }
}
