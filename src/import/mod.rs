//! Imports the rows of a file and reports the outcome of each. An [`Importer`] per kind of record defines what a row means.

pub mod adjustment;
pub mod apply;
pub mod bank_csv;
pub mod contact;
pub mod cug;
pub mod customer;
pub mod document;
mod left_out;
pub mod note;
mod owner;
pub mod price_list;
mod renamed;
pub mod service;
mod service_prices;
pub mod smpp_account;

use std::io::BufRead;

use crate::error::{Error, Fault, Faults, InputError, Result, quoted};
use crate::formats::row::missing_value;
use crate::formats::{ColumnMapping, InputRow, RecordReader, spreadsheet, telephone};
use crate::model::FieldChanges;
use crate::model::word_enum::word_enum;
use crate::store::Tx;

use left_out::LeftOut;

pub use left_out::IgnoredColumn;
pub use owner::Owners;

/// How rows are imported whose record already exists, and invalid rows.
#[derive(Debug, Clone, Copy, Default)]
pub struct OnExisting {
    /// Whether existing records may be changed.
    pub update: bool,
    /// Whether an empty cell clears the field of an existing record. Otherwise the field keeps its value.
    pub empty_unsets: bool,
    /// Whether invalid rows are skipped. Otherwise one of them rejects the file.
    pub skip_invalid: bool,
}

word_enum! {
    /// The outcome of a row, as a word.
    pub enum Verdict {
        New = "new",
        Changed = "changed",
        /// The record already exists with the same fields.
        Same = "same",
        Refused = "refused",
    }
}

/// The result of importing a valid row.
#[derive(Debug)]
pub struct RowResult {
    pub verdict: Verdict,
    /// The name of the record.
    pub name: String,
    /// Every changed field as `[from, to]`.
    pub changes: FieldChanges,
}

impl RowResult {
    /// The result of a row whose record already exists with the same fields.
    pub fn unchanged(name: impl ToString) -> Self {
        Self { verdict: Verdict::Same, name: name.to_string(), changes: FieldChanges::default() }
    }
}

/// Imports the rows of one kind of record.
pub trait Importer {
    /// The column that contains secrets, if there is one.
    const SECRET: Option<&'static str> = None;

    /// The columns that are imported.
    const FIELDS: &'static [&'static [&'static str]];

    /// The columns that a new record needs, but not one that exists.
    const NEEDED_BY_NEW: &'static [&'static str] = &[];

    /// Whether a misspelt column refuses the file instead of being reported: without its column, a price or a limit of an
    /// account would silently be the default.
    const REFUSES_MISSPELT: bool = false;

    /// Whether a column is imported.
    fn reads(column: &str) -> bool {
        Self::FIELDS.iter().any(|fields| fields.contains(&column))
    }

    /// Whether a column of our own exports is informational and not imported, such as a time of creation.
    fn is_informational(column: &str) -> bool;

    /// The required columns that the file does not have.
    fn missing(&self, columns: &[String]) -> Vec<&'static str>;

    /// Imports one row.
    fn row(&mut self, tx: &mut Tx<'_>, row: &InputRow, on_existing: OnExisting) -> Result<RowResult, Fault>;
}

/// A row with its outcome.
#[derive(Debug)]
pub struct RowOutcome<'a> {
    pub line: u64,
    pub verdict: Verdict,
    pub name: &'a str,
    pub changes: &'a FieldChanges,
    /// Columns in which the row has a value that is not imported.
    pub left_out: &'a [String],
    /// The fault of a refused row.
    pub fault: Option<&'a Fault>,
    /// Names and original texts of the fields of a refused row. Fields beyond the header have an empty name.
    pub cells: &'a [(String, String)],
}

/// The number of rows by outcome.
#[derive(Debug, Default)]
pub struct ImportTally {
    pub rows: u64,
    pub new: u64,
    pub changed: u64,
    pub same: u64,
    pub refused: u64,
    /// Columns that are not imported although rows have a value there.
    pub left_out: Vec<IgnoredColumn>,
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

/// Imports all rows of a file and passes each with its outcome to `each`. Unless invalid rows are skipped, one of them
/// rejects the file: the result then has all faults, and the caller must drop the transaction.
///
/// The outer error is not about the file, but for example about the database.
pub fn import<R: BufRead, I: Importer, E: From<Error>>(
    tx: &mut Tx<'_>,
    rows: &mut RecordReader<R>,
    column_mapping: Option<&ColumnMapping>,
    importer: &mut I,
    on_existing: OnExisting,
    mut each: impl FnMut(&RowOutcome<'_>) -> Result<(), E>,
) -> Result<Result<ImportTally, Faults>, E> {
    tx.expect_many_steps()?;
    // A foreign file may have columns of its own with our names in another case.
    if !column_mapping.is_some_and(ColumnMapping::is_foreign) {
        rows.fold_case(I::reads);
    }
    let (mut tally, mut faults) = (ImportTally::default(), Faults::default());
    // The columns of CSV are the same for all rows, so that they are resolved once; each JSON object has its own order.
    let fixed = column_mapping
        .map(|column_mapping| column_mapping.resolve(&rows.columns().iter().map(String::as_str).collect::<Vec<_>>()));
    let is_fixed = !rows.columns().is_empty();
    let mut left = LeftOut::of(rows.columns(), |column| I::reads(column) || I::is_informational(column));
    let targets = column_mapping.map_or_else(|| rows.columns().to_vec(), |mapping| mapping.targets(rows.columns()));
    if let Err(fault) = check_header(rows, column_mapping, &targets, importer) {
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
                left.record(&row, resolved);
                let damage = resolved.map_or(Ok(()), |resolved| resolved.check(&row));
                let translated = resolved.map(|resolved| resolved.translate(&row, &mut left.of_row));
                let calling_code = resolved.and_then(|resolved| resolved.calling_code());
                let outcome = match damage {
                    Ok(()) => attempt(tx, importer, translated.as_ref().unwrap_or(&row), calling_code, on_existing)?,
                    Err(fault) => Err(fault),
                };
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
        each(&RowOutcome { line, verdict, name, changes, left_out: &left.of_row, fault, cells: &cells })?;
        if let Err(fault) = outcome {
            let fault = if on_existing.skip_invalid { fault } else { of_header::<I>(fault, is_fixed, &targets) };
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
    tally.left_out = left.columns(I::FIELDS, &targets);
    Ok(refuse_misspelt::<I>(tally, column_mapping))
}

/// The tally, unless a column with values is misspelt, not ignored on purpose, and the importer refuses that.
fn refuse_misspelt<I: Importer>(tally: ImportTally, mapping: Option<&ColumnMapping>) -> Result<ImportTally, Faults> {
    let mut faults = Faults::default();
    let is_meant = |name: &str| mapping.is_some_and(|mapping| mapping.is_ignored(name));
    let misspelt = tally.left_out.iter().filter_map(|column| Some((&column.name, column.nearest?)));
    for (name, nearest) in misspelt.filter(|(name, _)| I::REFUSES_MISSPELT && !is_meant(name)) {
        let (name, nearest) = (quoted(name), quoted(nearest));
        let message = format!("the column {name} is not imported, and the header has no column {nearest}");
        faults.add(Fault::of_file(1, 1, InputError::BadHeader, message));
    }
    if faults.is_empty() { Ok(tally) } else { Err(faults) }
}

/// Imports one row completely or not at all. An error that affects more than this row is the outer error.
fn attempt<I: Importer>(
    tx: &mut Tx<'_>,
    importer: &mut I,
    row: &InputRow,
    calling_code: Option<&str>,
    on_existing: OnExisting,
) -> Result<Result<RowResult, Fault>> {
    if let Err(fault) = spreadsheet::check(row, I::reads) {
        return Ok(Err(fault));
    }
    let row = match telephone::internationalized(row, calling_code) {
        Ok(row) => row,
        Err(fault) => return Ok(Err(fault)),
    };
    let outcome = if on_existing.skip_invalid {
        tx.attempt(|tx| importer.row(tx, &row, on_existing))?
    } else {
        importer.row(tx, &row, on_existing)
    };
    match outcome {
        Err(fault) if !fault.error.is_about_one_request() => Err(*fault.error),
        outcome => Ok(outcome),
    }
}

/// Rejects a header without a required column, or with two of a column that is read. Checking the header reports one fault
/// instead of one per row.
fn check_header<R: BufRead, I: Importer>(
    rows: &RecordReader<R>,
    column_mapping: Option<&ColumnMapping>,
    targets: &[String],
    importer: &I,
) -> Result<(), Fault> {
    let columns = rows.columns();
    if columns.is_empty() {
        return Ok(());
    }
    rows.reject_duplicates(|name| match column_mapping {
        Some(mapping) => mapping.reads(name) || (I::reads(name) && !mapping.is_ignored(name)),
        None => I::reads(name),
    })?;
    let Some(missing) = importer.missing(targets).into_iter().next() else { return Ok(()) };
    let message = format!("the header has no column {}; it has {}", quoted(missing), quoted(columns.join(",")));
    Err(Fault::of_file(1, 1, InputError::BadHeader, message))
}

/// The fault of a header without a column that the row of a new record needs, which would else be a fault of every row.
fn of_header<I: Importer>(fault: Fault, is_fixed: bool, targets: &[String]) -> Fault {
    let is_absent = |name: &&&str| !targets.iter().any(|target| target == **name);
    let is_missing = |name: &&&str| fault.error.to_string() == missing_value(name).to_string();
    match I::NEEDED_BY_NEW.iter().filter(is_absent).find(is_missing) {
        Some(name) if is_fixed => {
            let message = format!("the header has no column {}, and line {} is a new record", quoted(name), fault.line);
            Fault::of_file(1, 1, InputError::BadHeader, message)
        }
        _ => fault,
    }
}
