//! Imports rows of a file and reports the outcome of each. What a row means is up to the importer of its entity.

pub mod adjustment;
pub mod contact;
pub mod cug;
pub mod customer;
pub mod document;
pub mod note;
mod owner;
mod renamed;
pub mod service;
pub mod smpp_account;

use std::collections::HashMap;
use std::io::BufRead;

use crate::error::{Error, Fault, Faults, InputError, Result};
use crate::formats::column_mapping::{Resolved, Use};
use crate::formats::rejects::REASON;
use crate::formats::{ColumnMapping, InputRow, RecordReader, spreadsheet};
use crate::model::FieldChanges;
use crate::model::word_enum::word_enum;
use crate::store::Tx;

pub use owner::Owners;

/// How rows are taken.
#[derive(Debug, Clone, Copy, Default)]
pub struct OnExisting {
    /// Whether what is there already may be changed.
    pub update: bool,
    /// Whether an empty cell empties a field of what is there; else it leaves the field alone.
    pub empty_unsets: bool,
    /// Whether rows that are wrong are left out instead of refusing the file.
    pub skip_invalid: bool,
}

word_enum! {
    /// What became of a row.
    pub enum Verdict {
        New = "new",
        Changed = "changed",
        /// It is there already, just so.
        Same = "same",
        Refused = "refused",
    }
}

/// What was done for a row.
#[derive(Debug)]
pub struct Done {
    pub verdict: Verdict,
    /// The thing's name.
    pub name: String,
    /// Every field that changed, each as `[from, to]`.
    pub changes: FieldChanges,
}

impl Done {
    /// The thing is there already, just as the row has it.
    pub fn nothing(name: impl ToString) -> Self {
        Self { verdict: Verdict::Same, name: name.to_string(), changes: FieldChanges::default() }
    }
}

/// A kind of thing that files bring.
pub trait Importer {
    /// A column that holds secrets, if there is one.
    const SECRET: Option<&'static str> = None;

    /// Whether a column is read.
    fn reads(column: &str) -> bool;

    /// Whether a column of our own lists is output only: an import ignores it.
    fn is_output_only(column: &str) -> bool;

    /// The columns that a file without which can bring nothing lacks.
    fn missing(&self, columns: &[String]) -> Vec<&'static str>;

    /// Does what a row asks for.
    fn row(&mut self, tx: &mut Tx<'_>, row: &InputRow, on_existing: OnExisting) -> Result<Done, Fault>;
}

/// A row with what became of it.
#[derive(Debug)]
pub struct Planned<'a> {
    pub line: u64,
    pub verdict: Verdict,
    pub name: &'a str,
    pub changes: &'a FieldChanges,
    /// Columns of the file in which the row has something that is not imported.
    pub left_out: &'a [String],
    /// Why it was refused, if it was.
    pub fault: Option<&'a Fault>,
    /// Its fields by name as they stand in the file, where it was refused. Those beyond the header have no name.
    pub cells: &'a [(String, String)],
}

/// What an import did.
#[derive(Debug, Default)]
pub struct ImportTally {
    pub rows: u64,
    pub new: u64,
    pub changed: u64,
    pub same: u64,
    pub refused: u64,
    /// Columns that are not imported, with how many rows have something there.
    pub left_out: Vec<(String, u64)>,
}

impl ImportTally {
    fn count(&mut self, verdict: Verdict) {
        self.rows += 1;
        *match verdict {
            Verdict::New => &mut self.new,
            Verdict::Changed => &mut self.changed,
            Verdict::Same => &mut self.same,
            Verdict::Refused => &mut self.refused,
        } += 1;
    }
}

/// Imports all rows of a file and hands each, with what became of it, to `each`. Unless rows that are wrong are skipped,
/// one of them refuses the file: then all faults are reported, and the transaction must be dropped.
///
/// The outer error is of more than the file.
pub fn import<R: BufRead, I: Importer, E: From<Error>>(
    tx: &mut Tx<'_>,
    rows: &mut RecordReader<R>,
    column_mapping: Option<&ColumnMapping>,
    importer: &mut I,
    on_existing: OnExisting,
    mut each: impl FnMut(&Planned<'_>) -> Result<(), E>,
) -> Result<Result<ImportTally, Faults>, E> {
    tx.expect_many_steps()?;
    let (mut tally, mut faults) = (ImportTally::default(), Faults::default());
    // The fields of CSV stand where the header says; those of JSON may stand elsewhere in each row.
    let fixed = column_mapping
        .map(|column_mapping| column_mapping.resolve(&rows.columns().iter().map(String::as_str).collect::<Vec<_>>()));
    let is_fixed = !rows.columns().is_empty();
    let mut left = LeftOut::of::<I>(rows.columns());
    if let Some(fault) = lacking(rows, column_mapping, importer) {
        faults.add(fault);
        return Ok(Err(faults));
    }
    loop {
        let (row, outcome) = match rows.next_row() {
            Ok(None) => break,
            Ok(Some(row)) => {
                let own = column_mapping
                    .filter(|_| !is_fixed)
                    .map(|column_mapping| column_mapping.resolve(&row.names().collect::<Vec<_>>()));
                let resolved = own.as_ref().or(fixed.as_ref());
                left.look_at(&row, resolved);
                let translated = resolved.map(|resolved| resolved.translate(&row, &mut left.of_row));
                let outcome = attempt(tx, importer, translated.as_ref().unwrap_or(&row), on_existing)?;
                (Some(row), outcome)
            }
            Err(fault) => {
                left.count();
                (None, Err(fault))
            }
        };
        let (verdict, name, changes) = match &outcome {
            Ok(done) => (done.verdict, done.name.as_str(), Some(&done.changes)),
            Err(_) => (Verdict::Refused, "", None),
        };
        tally.count(verdict);
        let (none, fault) = (FieldChanges::default(), outcome.as_ref().err());
        let line = row.as_ref().map(InputRow::line).or(fault.map(|fault| fault.line)).unwrap_or_default();
        let cells = match (&row, fault) {
            (_, None) => Vec::new(),
            (Some(row), _) => row.cells().map(|(name, text)| (name.to_owned(), text.to_owned())).collect(),
            (None, _) => rows.last_cells(),
        };
        let changes = changes.unwrap_or(&none);
        each(&Planned { line, verdict, name, changes, left_out: &left.of_row, fault, cells: &cells })?;
        if let Err(fault) = outcome {
            let ends = fault.ends_file;
            if !on_existing.skip_invalid || ends {
                faults.add(fault);
            }
            if ends {
                break;
            }
        }
    }
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    tally.left_out = left.counted();
    Ok(Ok(tally))
}

/// Does what one row asks for, or nothing of it. What stops more than the row is the outer error.
fn attempt<I: Importer>(
    tx: &mut Tx<'_>,
    importer: &mut I,
    row: &InputRow,
    on_existing: OnExisting,
) -> Result<Result<Done, Fault>> {
    if row.is_from_csv()
        && let Err(fault) = spreadsheet::check(row)
    {
        return Ok(Err(fault));
    }
    let outcome = if on_existing.skip_invalid {
        tx.attempt(|tx| importer.row(tx, row, on_existing))?
    } else {
        importer.row(tx, row, on_existing)
    };
    match outcome {
        Err(fault) if !fault.error.is_about_one_request() => Err(*fault.error),
        outcome => Ok(outcome),
    }
}

/// The fault of a header without the columns that every row needs: one fault, and not one of each row.
fn lacking<R: BufRead, I: Importer>(
    rows: &RecordReader<R>,
    column_mapping: Option<&ColumnMapping>,
    importer: &I,
) -> Option<Fault> {
    let columns = rows.columns();
    if columns.is_empty() {
        return None;
    }
    let missing = match column_mapping {
        Some(column_mapping) => importer.missing(&column_mapping.gives(columns)),
        None => importer.missing(columns),
    };
    let missing = missing.first()?;
    let (named, has) = (crate::error::quoted(missing), crate::error::quoted(columns.join(",")));
    Some(Fault::of_file(1, 1, InputError::BadHeader, format!("the header has no column {named}; it has {has}")))
}

/// What of a file is not imported, so that nothing is lost silently.
struct LeftOut {
    is_ours: fn(&str) -> bool,
    /// The answer for each column, where all rows have the same.
    known: Vec<bool>,
    /// How many rows have something in a column, in the order in which the columns were first met.
    counts: Vec<(String, u64)>,
    places: HashMap<String, usize>,
    of_row: Vec<String>,
}

impl LeftOut {
    fn of<I: Importer>(columns: &[String]) -> Self {
        let is_ours = |column: &str| I::reads(column) || I::is_output_only(column) || column == REASON;
        let known = columns.iter().map(|column| is_ours(column)).collect();
        Self { is_ours, known, counts: Vec::new(), places: HashMap::new(), of_row: Vec::new() }
    }

    /// Notes the columns of a row that hold something and are not read.
    fn look_at(&mut self, row: &InputRow, column_mapping: Option<&Resolved>) {
        self.count();
        for (place, (name, text)) in row.cells().enumerate() {
            let is_read = match column_mapping.map_or(Use::AsIs, |column_mapping| column_mapping.use_of(place)) {
                Use::Read => true,
                Use::Ignored => false,
                Use::AsIs => self.known.get(place).copied().unwrap_or_else(|| (self.is_ours)(name)),
            };
            if !is_read && !text.trim().is_empty() {
                self.of_row.push(name.to_owned());
            }
        }
    }

    /// Counts what the row before left out.
    fn count(&mut self) {
        for name in self.of_row.drain(..) {
            let counts = &mut self.counts;
            let place = *self.places.entry(name).or_insert_with_key(|name| {
                counts.push((name.clone(), 0));
                counts.len() - 1
            });
            counts[place].1 += 1;
        }
    }

    fn counted(mut self) -> Vec<(String, u64)> {
        self.count();
        self.counts
    }
}
