//! A list of rows on its way out. JSON, JSON lines, CSV and names stream; a table is written in pages.

use std::io::Write;

use crate::escape::visible;
use crate::exit::{Failure, Result};
use crate::output::{Column, Format, Output, Row, csv, selection, table};

/// How many rows of a table are laid out together. A longer list becomes several tables, so that memory stays bounded.
const PAGE: usize = 10_000;

/// A list being written.
pub(crate) struct TableWriter<'o, R: Row> {
    output: &'o mut Output,
    columns: Vec<&'static Column<R>>,
    /// What stands before the value of each column in a JSON object.
    keys: Vec<String>,
    count: u64,
    page: table::Page,
    /// The text of the row that is written, kept for its room.
    text: Vec<u8>,
}

impl<'o, R: Row> TableWriter<'o, R> {
    pub(super) fn begin(output: &'o mut Output, keys: &[&str], usual: Option<&[&str]>) -> Result<Self> {
        let columns = selection::<R>(output, keys, usual)?;
        let before = |place| if place == 0 { '{' } else { ',' };
        let keys = columns.iter().enumerate().map(|(place, column)| format!("{}\"{}\":", before(place), column.key));
        let keys = keys.collect();
        let mut rows = Self { output, columns, keys, count: 0, page: table::Page::default(), text: Vec::new() };
        match rows.output.format {
            Format::Json => rows.put(b"[")?,
            Format::Csv if rows.output.headers => {
                let keys: Vec<&str> = rows.columns.iter().map(|column| column.key).collect();
                csv::write(&mut rows.output.out, keys).map_err(Failure::output)?;
            }
            _ => {}
        }
        Ok(rows)
    }

    /// Writes one row.
    pub(crate) fn row(&mut self, row: &R) -> Result<()> {
        self.count += 1;
        match self.output.format {
            Format::Table => {
                self.page.add(self.columns.iter().map(|column| (column.cell)(row)));
                if self.page.len() == PAGE { self.write_page() } else { Ok(()) }
            }
            Format::Json => {
                self.put(if self.count == 1 { b"\n  " } else { b",\n  " })?;
                self.object(row)
            }
            Format::Jsonl => {
                self.object(row)?;
                self.put(b"\n")
            }
            Format::Csv => self.record(row),
            Format::Name => {
                let cell = (self.columns[0].cell)(row);
                writeln!(self.output.out, "{}", visible(&cell.for_data())).map_err(Failure::output)
            }
        }
    }

    /// How many rows were written.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Writes a last row that adds up the others. It is for reading only: a program would add it in once more.
    pub(crate) fn total(&mut self, row: &R) {
        if self.output.format == Format::Table && self.count > 1 {
            self.page.add(self.columns.iter().map(|column| (column.cell)(row)));
        }
    }

    /// Finishes the list; says whether it is a table that had nothing to show.
    pub(crate) fn end(mut self) -> Result<bool> {
        match self.output.format {
            Format::Table => self.write_page()?,
            Format::Json => self.put(if self.count == 0 { b"]\n" } else { b"\n]\n" })?,
            _ => {}
        }
        self.output.flush()?;
        Ok(self.count == 0 && self.output.format == Format::Table)
    }

    fn object(&mut self, row: &R) -> Result<()> {
        self.text.clear();
        for (column, key) in self.columns.iter().zip(&self.keys) {
            self.text.extend_from_slice(key.as_bytes());
            serde_json::to_writer(&mut self.text, &(column.cell)(row)).map_err(Failure::output)?;
        }
        self.text.push(b'}');
        self.output.out.write_all(&self.text).map_err(Failure::output)
    }

    fn record(&mut self, row: &R) -> Result<()> {
        self.text.clear();
        let mut record = csv::Record::begin(&mut self.text);
        for column in &self.columns {
            let cell = (column.cell)(row);
            record.field(csv::guarded(cell.for_data(), self.output.raw_csv).as_bytes());
        }
        record.end();
        self.output.out.write_all(&self.text).map_err(Failure::output)
    }

    fn write_page(&mut self) -> Result<()> {
        let page = std::mem::take(&mut self.page);
        if page.len() == 0 {
            return Ok(());
        }
        let first = self.count <= PAGE as u64;
        let headings = self.columns.iter().map(|column| column.key);
        let headings = (self.output.headers && first).then(|| headings.collect());
        let lines = page.lines(headings, self.output.width, self.output.colour);
        for line in lines {
            writeln!(self.output.out, "{line}").map_err(Failure::output)?;
        }
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.output.out.write_all(bytes).map_err(Failure::output)
    }
}
