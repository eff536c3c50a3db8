//! Rows and their columns: what a record looks like, independent of the output format.

use crate::output::cell::Cell;

/// A type of row. It declares its columns once; every format is derived from them.
pub(crate) trait Row: Sized + 'static {
    /// The key of the column that identifies the record, for `-o name`.
    const NAME: &'static str;
    /// All columns, in display order.
    const COLUMNS: &'static [Column<Self>];
}

/// A result whose field keys are known before the command runs, so that a misspelt `--fields` fails before anything is
/// changed.
pub(crate) trait FieldKeys {
    /// The keys that `--fields` accepts.
    fn keys() -> Vec<&'static str>;
}

impl<R: Row> FieldKeys for R {
    fn keys() -> Vec<&'static str> {
        R::COLUMNS.iter().map(|column| column.key).collect()
    }
}

impl<R: Row> FieldKeys for Vec<R> {
    fn keys() -> Vec<&'static str> {
        <R as FieldKeys>::keys()
    }
}

/// A column of rows of type `R`. Its key is the JSON key, the CSV header, the heading and the name for `--fields`.
pub(crate) struct Column<R: 'static> {
    pub(crate) key: &'static str,
    pub(crate) cell: for<'a> fn(&'a R) -> Cell<'a>,
    /// Whether tables show it by default. JSON and CSV always have every column.
    pub(crate) in_table: bool,
}

impl<R> Column<R> {
    /// A column that tables show by default.
    pub(crate) const fn new(key: &'static str, cell: for<'a> fn(&'a R) -> Cell<'a>) -> Self {
        Self { key, cell, in_table: true }
    }

    /// A column that tables show only if `--fields` names it.
    pub(crate) const fn detail(key: &'static str, cell: for<'a> fn(&'a R) -> Cell<'a>) -> Self {
        Self { key, cell, in_table: false }
    }
}
