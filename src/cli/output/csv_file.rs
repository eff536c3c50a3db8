//! CSV that goes into a file with every column, whatever the options of the output are.

use std::io::{self, Write};
use std::marker::PhantomData;

use crate::output::csv;
use crate::output::row::Row;

/// Writes rows as CSV. Cells that a spreadsheet would run as formulas are guarded.
pub(crate) struct CsvFile<'w, R> {
    out: &'w mut dyn Write,
    rows: PhantomData<R>,
}

impl<'w, R: Row> CsvFile<'w, R> {
    /// Writes the header.
    pub(crate) fn begin(out: &'w mut dyn Write) -> io::Result<Self> {
        let mut out = out;
        csv::write(&mut out, R::COLUMNS.iter().map(|column| column.key))?;
        Ok(Self { out, rows: PhantomData })
    }

    /// Writes a row.
    pub(crate) fn row(&mut self, row: &R) -> io::Result<()> {
        let cells: Vec<_> = R::COLUMNS.iter().map(|column| (column.cell)(row)).collect();
        csv::write(&mut self.out, cells.iter().map(|cell| csv::guarded(cell.for_data(), false).into_owned()))
    }
}
