//! Files that come in: a strict, bounded, streaming reader of CSV and JSON lines, and what the rows of each noun mean.
//!
//! Every fault is named by its physical line and column. Nothing is guessed, and nothing is half read: whoever reads a file
//! to its end without a fault has read all of it. What comes out are requests to `ops`.

pub mod balance;
mod csv;
pub mod cug;
mod jsonl;
mod lines;
mod record;
mod row;
pub mod traffic;

use std::io::BufRead;

use crate::error::Fault;

pub use lines::{LONGEST_FIELD, LONGEST_LINE};
pub use row::Row;

use lines::Lines;

/// The rows of a file, whatever its format.
#[derive(Debug)]
pub enum Rows<R> {
    Csv(csv::Records<R>),
    Jsonl(jsonl::Objects<R>),
}

impl<R: BufRead> Rows<R> {
    /// Begins to read: JSON lines when the first character is a brace, else CSV with a header line.
    pub fn open(input: R) -> Result<Self, Fault> {
        Self::of_lines(Lines::open(input)?)
    }

    fn of_lines(mut lines: Lines<R>) -> Result<Self, Fault> {
        if lines.begins_with_any(b"{")? {
            return Ok(Self::Jsonl(jsonl::Objects::new(lines)));
        }
        csv::Records::open(lines).map(Self::Csv)
    }

    /// The names of the columns, where the format says them before the rows.
    pub fn columns(&self) -> &[String] {
        match self {
            Self::Csv(records) => records.columns(),
            Self::Jsonl(_) => &[],
        }
    }

    /// The next row, if there is one. After a fault of one row the next may be read; after one of the file it is over.
    pub fn next_row(&mut self) -> Result<Option<Row>, Fault> {
        match self {
            Self::Csv(records) => records.next_row(),
            Self::Jsonl(objects) => objects.next_row(),
        }
    }
}
