//! Writes lists of rows. JSON, JSON Lines, CSV and names are streamed; a table is laid out page by page.

use std::io::Write;

use crate::escape::visible;
use crate::exit::{Failure, Result};
use crate::output::options::Format;
use crate::output::row::{Column, FieldKeys, Row};
use crate::output::writer::{Output, selection};
use crate::output::{csv, table};

/// Rows of a table that are laid out together. A longer list becomes several pages, so that memory stays bounded.
const PAGE: usize = 10_000;

impl Output {
    /// Starts a list whose rows have only the `available` columns, in this order. `shown` are the columns to write
    /// unless `--fields` names others.
    pub(crate) fn table<R: Row>(&mut self, available: &[&str], shown: Option<&[&str]>) -> Result<TableWriter<'_, R>> {
        TableWriter::begin(self, available, shown)
    }

    /// Writes a single record: an object in JSON, a list of one elsewhere.
    pub(crate) fn row<R: Row>(&mut self, row: &R) -> Result<()> {
        if self.format == Format::Json {
            self.format = Format::Jsonl;
        }
        self.rows(std::slice::from_ref(row))
    }

    /// Writes a list of rows.
    pub(crate) fn rows<R: Row>(&mut self, rows: &[R]) -> Result<()> {
        self.rows_with_columns(&R::keys(), rows)
    }

    /// Writes a list of rows that have only the `available` columns.
    pub(crate) fn rows_with_columns<R: Row>(&mut self, available: &[&str], rows: &[R]) -> Result<()> {
        let mut table = self.table(available, None)?;
        rows.iter().try_for_each(|row| table.row(row))?;
        table.end().map(drop)
    }
}

/// Writes one list, row by row.
pub(crate) struct TableWriter<'o, R: Row> {
    output: &'o mut Output,
    columns: Vec<&'static Column<R>>,
    /// For each column, the JSON text before its value, such as `,"name":`. Rendered once, because exports are long.
    json_keys: Vec<String>,
    count: u64,
    page: table::Page,
    /// The columns of the page before this one.
    headings: Vec<&'static str>,
    /// The columns for which some page had no room.
    left_out: Vec<&'static str>,
    /// The text of the current row. It is reused, so that a row needs no allocation.
    text: Vec<u8>,
}

impl<'o, R: Row> TableWriter<'o, R> {
    fn begin(output: &'o mut Output, available: &[&str], shown: Option<&[&str]>) -> Result<Self> {
        let columns = selection::<R>(output, available, shown)?;
        let before = |index| if index == 0 { '{' } else { ',' };
        let json_keys =
            columns.iter().enumerate().map(|(index, column)| format!("{}\"{}\":", before(index), column.key)).collect();
        let mut page = table::Page::new(columns.iter().map(|column| (column.key, column.layout)), output.width);
        page.in_zone(&output.zone, false);
        if output.fields.is_some() {
            page.show_all();
        }
        let (headings, left_out) = (Vec::new(), Vec::new());
        let mut writer = Self { output, columns, json_keys, count: 0, page, headings, left_out, text: Vec::new() };
        match writer.output.format {
            Format::Json => writer.put(b"[")?,
            Format::Csv if writer.output.headers => {
                let keys: Vec<&str> = writer.columns.iter().map(|column| column.key).collect();
                csv::write(&mut writer.output.sink, keys).map_err(Failure::output)?;
            }
            _ => {}
        }
        Ok(writer)
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
                self.json_object(row)
            }
            Format::Jsonl => {
                self.json_object(row)?;
                self.put(b"\n")
            }
            Format::Csv => self.csv_record(row),
            Format::Name => {
                let cell = (self.columns[0].cell)(row);
                writeln!(self.output.sink, "{}", visible(&cell.for_data())).map_err(Failure::output)
            }
        }
    }

    /// Whether only the name of each row is written.
    pub(crate) fn writes_names(&self) -> bool {
        self.output.format == Format::Name
    }

    /// The number of rows written.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Leaves out a column of a table on a terminal, because it only repeats what the command line says.
    pub(crate) fn omit(&mut self, key: &str) {
        self.page.omit(key);
    }

    /// Adds a row of totals to a table. Other formats omit it: a program that sums the column would count it twice.
    pub(crate) fn total(&mut self, row: &R) {
        if self.output.format == Format::Table && self.count > 1 {
            self.page.add_total(self.columns.iter().map(|column| (column.cell)(row)));
        }
    }

    /// Finishes the list. Returns whether it is a table without rows, which prints nothing at all.
    pub(crate) fn end(mut self) -> Result<bool> {
        match self.output.format {
            Format::Table => {
                self.write_page()?;
                for note in table::not_shown(&self.left_out, self.output.width, self.output.colour) {
                    writeln!(self.output.sink, "{note}").map_err(Failure::output)?;
                }
            }
            Format::Json => self.put(if self.count == 0 { b"]\n" } else { b"\n]\n" })?,
            _ => {}
        }
        self.output.flush()?;
        Ok(self.count == 0 && self.output.format == Format::Table)
    }

    fn json_object(&mut self, row: &R) -> Result<()> {
        self.text.clear();
        for (column, key) in self.columns.iter().zip(&self.json_keys) {
            self.text.extend_from_slice(key.as_bytes());
            serde_json::to_writer(&mut self.text, &(column.cell)(row)).map_err(Failure::output)?;
        }
        self.text.push(b'}');
        self.output.sink.write_all(&self.text).map_err(Failure::output)
    }

    fn csv_record(&mut self, row: &R) -> Result<()> {
        self.text.clear();
        let mut record = csv::RecordBuilder::new(&mut self.text);
        for column in &self.columns {
            let cell = (column.cell)(row);
            record.field(csv::guarded(cell.for_data(), self.output.raw_csv).as_bytes());
        }
        record.end();
        self.output.sink.write_all(&self.text).map_err(Failure::output)
    }

    fn write_page(&mut self) -> Result<()> {
        let page = self.page.take();
        if page.len() == 0 {
            return Ok(());
        }
        // Later pages have headings only if their columns differ, so that a long list has one header line like any other.
        let laid_out = page.lay_out(self.output.headers, self.output.colour);
        let skipped = usize::from(self.output.headers && self.headings == laid_out.shown && !laid_out.shown.is_empty());
        self.headings = laid_out.shown;
        for key in laid_out.left_out {
            if !self.left_out.contains(&key) {
                self.left_out.push(key);
            }
        }
        for line in &laid_out.lines[skipped..] {
            writeln!(self.output.sink, "{line}").map_err(Failure::output)?;
        }
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.output.sink.write_all(bytes).map_err(Failure::output)
    }
}
