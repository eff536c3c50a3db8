//! Counts the values that an import does not read, so that none is lost without a note.

use std::collections::HashMap;

use crate::formats::InputRow;
use crate::formats::column_mapping::{Resolved, Use};
use crate::formats::misspelt::misspelt;
use crate::formats::rejects::REASON;

/// A column that is not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredColumn {
    pub name: String,
    /// The number of rows that have a value there.
    pub rows: u64,
    /// The field that the name may be a misspelling of, unless the file has that field too.
    pub nearest: Option<&'static str>,
}

/// Whether a column is imported, or is known to be none of ours to import.
type IsOurs = Box<dyn Fn(&str) -> bool>;

/// The values that are not imported.
pub(super) struct LeftOut {
    is_ours: IsOurs,
    /// For each column, whether it is ours; empty if the rows do not share their columns.
    known: Vec<bool>,
    /// The number of rows with a value in each column, in order of first appearance.
    counts: Vec<(String, u64)>,
    /// The index of each column in `counts`.
    indices: HashMap<String, usize>,
    /// The columns of the current row that are not imported.
    pub(super) of_row: Vec<String>,
}

impl LeftOut {
    /// For a file with these columns; without columns every row has its own.
    pub(super) fn of(columns: &[String], is_ours: impl Fn(&str) -> bool + 'static) -> Self {
        let is_ours: IsOurs = Box::new(is_ours);
        let known = columns.iter().map(|column| is_ours(column) || column == REASON).collect();
        Self { is_ours, known, counts: Vec::new(), indices: HashMap::new(), of_row: Vec::new() }
    }

    /// Records the columns in which a row has a value that is not imported.
    pub(super) fn record(&mut self, row: &InputRow, column_mapping: Option<&Resolved>) {
        self.count();
        for (index, (name, text)) in row.cells().enumerate() {
            let is_ours = || (self.is_ours)(name) || name == REASON;
            let is_read = match column_mapping.map_or(Use::AsIs, |column_mapping| column_mapping.use_of(index)) {
                Use::Read => true,
                Use::Ignored => false,
                Use::AsIs => self.known.get(index).copied().unwrap_or_else(is_ours),
            };
            if !is_read && !text.trim().is_empty() {
                self.of_row.push(name.to_owned());
            }
        }
    }

    /// Adds the columns of the previous row to the counts.
    pub(super) fn count(&mut self) {
        for name in self.of_row.drain(..) {
            let counts = &mut self.counts;
            let index = *self.indices.entry(name).or_insert_with_key(|name| {
                counts.push((name.clone(), 0));
                counts.len() - 1
            });
            counts[index].1 += 1;
        }
    }

    /// The columns with a value that was not imported. `present` are the fields that the file has.
    pub(super) fn columns(mut self, fields: &[&[&'static str]], present: &[String]) -> Vec<IgnoredColumn> {
        self.count();
        let fields = fields.iter().copied().flatten().copied();
        let absent = fields.filter(|field| !present.iter().any(|other| other == field));
        let column = |(name, rows): (String, u64)| {
            let nearest = misspelt(&name, absent.clone());
            IgnoredColumn { name, rows, nearest }
        };
        self.counts.into_iter().map(column).collect()
    }
}
