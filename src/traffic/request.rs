//! What an import of a traffic file is asked to do, how it reports its progress, and what it did.

use std::io::BufRead;

use crate::error::{Fault, Result};
use crate::formats::csv::{Lines, Records};
use crate::model::{Hash, Import, Money, TrafficTally, Unit};
use crate::traffic::columns::UnreadColumn;
use crate::traffic::dialects::TrafficDialect;
use crate::traffic::parse_options::ParseOptions;
use crate::traffic::row_parser::RowParser;
use crate::traffic::source::Source;
use crate::traffic::time_limits::TimeLimits;

/// A file and how to import it.
#[derive(Debug)]
pub struct ImportRequest {
    pub source: Source,
    pub options: ParseOptions,
    /// Whether messages are charged.
    pub charging: bool,
    /// Whether the file may contain messages of accounts and days that another dialect has reported before.
    pub allow_overlap: bool,
    /// Whether rows with faults are left out; otherwise one such row refuses the file.
    pub skip_invalid: bool,
    pub expected: ExpectedTotals,
    /// The number of rows written in one transaction.
    pub batch: usize,
    /// Whether nothing is saved.
    pub dry_run: bool,
}

/// Totals that the sender of a file has stated, to detect a file that was cut off.
#[derive(Debug, Clone, Default)]
pub struct ExpectedTotals {
    pub rows: Option<u64>,
    /// The sum of all prices, or of all parts if the file has no prices.
    pub total: Option<Money>,
    pub sha256: Option<Hash>,
}

/// Receives the progress of an import.
pub trait ImportProgress {
    /// A stage of the work begins.
    fn begin(&mut self, stage: &'static str);
    /// The first `bytes` bytes of the file are done.
    fn at(&mut self, bytes: u64);
    /// A transaction was committed.
    fn committed(&mut self);
}

/// What an import did.
#[derive(Debug, Clone)]
pub struct TrafficSummary {
    /// The import's number.
    pub import: i64,
    pub file: String,
    pub dialect: &'static str,
    pub tally: TrafficTally,
    /// The charges by unit.
    pub charges: Vec<(Unit, Money)>,
    /// The first and the last day of the messages, in days since 1970-01-01.
    pub days: Option<(i32, i32)>,
    /// The earlier import of the same file, if there is one; nothing was done then.
    pub repeats: Option<i64>,
    /// Whether a timestamp had no time zone.
    pub met_naive_time: bool,
    /// Columns that are not imported.
    pub ignored_columns: Vec<UnreadColumn>,
    /// Whether a message is more than a year old.
    pub has_old_messages: bool,
}

impl TrafficSummary {
    /// What an import did, without what only reading its file shows.
    pub(crate) fn of(import: &Import, dialect: &TrafficDialect) -> Self {
        Self {
            import: import.id,
            file: import.manifest.file.clone(),
            dialect: dialect.name,
            tally: import.tally,
            charges: import.charges.clone(),
            days: import.days,
            repeats: None,
            met_naive_time: false,
            ignored_columns: Vec::new(),
            has_old_messages: false,
        }
    }
}

impl ImportRequest {
    /// Opens the file at its first row. Messages of times beyond the limits are refused.
    pub(crate) fn open_rows(&self, limits: TimeLimits) -> Result<RowParser<Box<dyn BufRead + Send>>, Fault> {
        let text = self.source.text().map_err(|error| Fault {
            line: 1,
            column: 1,
            error: Box::new(error),
            ends_file: true,
        })?;
        let records = Records::open_any(Lines::open(text)?, self.options.quoting)?;
        RowParser::open(records, self.options.clone(), limits)
    }
}
