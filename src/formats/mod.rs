//! Reads CSV, JSON and JSON lines as a stream of rows, strictly and with bounded memory, and maps foreign columns to ours.
//!
//! Every fault has a physical line and column. Nothing is guessed: a file that is read to its end without a fault has been read
//! completely.
//!
//! Further modules write invoices as files (`pdf`, `einvoice`, `accounting`) and read bank statements (`camt053`). `declared` reads
//! and writes files of desired state.

pub mod accounting;
pub(crate) mod bank_key;
pub mod camt053;
pub(crate) mod cell_damage;
pub(crate) mod column_mapping;
pub(crate) mod csv;
pub mod declared;
pub(crate) mod dialects;
pub mod einvoice;
mod json;
mod jsonl;
pub(crate) mod misspelt;
pub(crate) mod no_value;
pub mod pdf;
pub mod prometheus;
pub mod rejects;
pub(crate) mod row;
pub(crate) mod spreadsheet;
pub(crate) mod telephone;
pub mod text_encoding;
pub(crate) mod xml;

use std::io::BufRead;

use crate::error::Fault;

pub use column_mapping::ColumnMapping;
pub use csv::{LONGEST_FIELD, LONGEST_LINE, Quoting};
pub use dialects::{DIALECTS, Dialect};
pub use row::{InputRow, starts_a_formula};

use csv::Lines;

/// The rows of a file, whatever its format.
#[derive(Debug)]
pub struct RecordReader<R> {
    format: Format<R>,
    /// Whether a `'` before a formula is the escape that our CSV exports add, and not text.
    guarded: bool,
    /// Says which names are fields, if they are recognized in any case.
    fields: Option<fn(&str) -> bool>,
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
        Self::open_quoted(input, None)
    }

    /// Opens a file whose CSV has this quoting. `None` means the usual one, unless separated by tabs: there, the first character
    /// that depends on the quoting is a fault.
    pub fn open_quoted(input: R, quoting: Option<Quoting>) -> Result<Self, Fault> {
        Self::of_lines(Lines::open(input)?, quoting)
    }

    pub(crate) fn of_lines(mut lines: Lines<R>, quoting: Option<Quoting>) -> Result<Self, Fault> {
        if lines.starts_with_any(b"[")? {
            return Ok(Self {
                format: Format::Json(json::Elements::new(lines.split_at_cr())),
                guarded: false,
                fields: None,
            });
        }
        if lines.starts_with_any(b"{")? {
            return Ok(Self {
                format: Format::Jsonl(jsonl::Objects::new(lines.split_at_cr())),
                guarded: false,
                fields: None,
            });
        }
        Ok(Self { format: Format::Csv(csv::Records::open_any(lines, quoting)?), guarded: true, fields: None })
    }

    /// With `raw`, a `'` at the beginning of a cell is always text.
    #[must_use]
    pub fn raw(mut self, raw: bool) -> Self {
        self.guarded &= !raw;
        self
    }

    /// Recognizes the names of fields in any case from here on.
    pub(crate) fn fold_case(&mut self, is_field: fn(&str) -> bool) {
        self.fields = Some(is_field);
        if let Format::Csv(records) = &mut self.format {
            records.rename(|name| field_named(name, is_field));
        }
    }

    /// Rejects a header in which a column that is read occurs twice. Every importer calls this before it reads rows.
    pub(crate) fn reject_duplicates(&self, is_read: impl Fn(&str) -> bool) -> Result<(), Fault> {
        match &self.format {
            Format::Csv(records) => records.header().reject_duplicates(is_read),
            Format::Json(_) | Format::Jsonl(_) => Ok(()),
        }
    }

    /// Decides the quoting of CSV if the header did not.
    pub(crate) fn assume(&mut self, quoting: Quoting) {
        if let Format::Csv(records) = &mut self.format {
            records.assume(quoting);
        }
    }

    /// The names of the columns; empty for formats without a header.
    pub fn columns(&self) -> &[String] {
        match &self.format {
            Format::Csv(records) => records.columns(),
            Format::Json(_) | Format::Jsonl(_) => &[],
        }
    }

    /// The separator of CSV; `None` for other formats.
    pub(crate) fn delimiter(&self) -> Option<u8> {
        match &self.format {
            Format::Csv(records) => Some(records.delimiter()),
            Format::Json(_) | Format::Jsonl(_) => None,
        }
    }

    /// Reads the next row, if any. Reading can continue after a fault of one row, but not after one that ends the file.
    pub fn next_row(&mut self) -> Result<Option<InputRow>, Fault> {
        let row = match &mut self.format {
            Format::Csv(records) => return Ok(records.next_row()?.map(|row| row.of_csv(self.guarded))),
            Format::Json(elements) => elements.next_row()?,
            Format::Jsonl(objects) => objects.next_row()?,
        };
        match (row, self.fields) {
            (Some(row), Some(is_field)) => row.renamed(|name| field_named(name, is_field)).map(Some),
            (row, _) => Ok(row),
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

/// The field that a name is in another case.
fn field_named(name: &str, is_field: fn(&str) -> bool) -> Option<String> {
    if is_field(name) {
        return None;
    }
    Some(name.to_lowercase()).filter(|lower| is_field(lower))
}
