//! Rows and their columns: what a record looks like, independent of the output format.

use crate::output::cell::Cell;
use crate::output::column_layout::{ColumnKind, ColumnLayout, ColumnNeed};

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
    pub(crate) layout: ColumnLayout,
}

impl<R> Column<R> {
    /// A column that tables show by default.
    pub(crate) const fn new(key: &'static str, cell: for<'a> fn(&'a R) -> Cell<'a>) -> Self {
        Self { key, cell, in_table: true, layout: ColumnLayout::new(ColumnKind::Value) }
    }

    /// A column that tables show only if `--fields` names it.
    pub(crate) const fn detail(key: &'static str, cell: for<'a> fn(&'a R) -> Cell<'a>) -> Self {
        Self { in_table: false, ..Self::new(key, cell) }
    }

    const fn of_kind(mut self, kind: ColumnKind) -> Self {
        self.layout.kind = kind;
        self
    }

    /// Says that its numbers name something.
    pub(crate) const fn id(self) -> Self {
        self.of_kind(ColumnKind::Id)
    }

    /// Says that it is free text, which may be shortened.
    pub(crate) const fn text(self) -> Self {
        self.of_kind(ColumnKind::Text)
    }

    /// Says that it is free text that people read in full.
    pub(crate) const fn prose(self) -> Self {
        self.of_kind(ColumnKind::Prose)
    }

    /// Says that it is the path of a file.
    pub(crate) const fn file(self) -> Self {
        self.of_kind(ColumnKind::File)
    }

    /// Says that it is a state.
    pub(crate) const fn state(self) -> Self {
        self.of_kind(ColumnKind::State)
    }

    /// Says that it is the first to be left out.
    pub(crate) const fn minor(mut self) -> Self {
        self.layout.need = ColumnNeed::Minor;
        self
    }

    /// Says that it is never left out.
    pub(crate) const fn essential(mut self) -> Self {
        self.layout.need = ColumnNeed::Essential;
        self
    }

    /// Says that it is of no interest if all its numbers are zero.
    pub(crate) const fn only_if_any(mut self) -> Self {
        self.layout.only_if_any = true;
        self
    }
}
