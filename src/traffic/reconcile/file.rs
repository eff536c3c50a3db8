//! Reads the file that is compared, with the reader of imports: every fault of a row refuses it.

use std::collections::BTreeSet;

use crate::error::{Error, Fault, Faults, Result};
use crate::formats::csv::{Lines, Records};
use crate::model::EntityKind;
use crate::store::Snapshot;
use crate::traffic::account_index::AccountIndex;
use crate::traffic::block::{BlockParser, ParsedBlock};
use crate::traffic::duplicate_filter::Fingerprints;
use crate::traffic::parallel_reader;
use crate::traffic::reconcile::file_summary::ReconciledFile;
use crate::traffic::reconcile::request::{ReconcileRequest, other_customer};
use crate::traffic::request::ImportProgress;
use crate::traffic::row_parser::RowParser;
use crate::traffic::staging::Staging;
use crate::traffic::time_limits::TimeLimits;
use crate::traffic::verify::of_file;

/// The number of rows parsed together by a single thread.
const TOGETHER: usize = 4_096;

pub(super) struct FileMessages {
    pub(super) staging: Staging,
    pub(super) file: ReconciledFile,
}

/// Reads all rows.
pub(super) fn read_file(
    snapshot: &Snapshot<'_>,
    request: &ReconcileRequest,
    (mut index, staging): (AccountIndex, Staging),
    watch: &mut dyn ImportProgress,
) -> Result<FileMessages> {
    let source = &request.source;
    let limits = TimeLimits::at(snapshot.at().timestamp().as_second(), None);
    let text = source.text()?;
    let opened = Lines::open(text).and_then(|lines| Records::open_any(lines, request.options.quoting));
    let mut reading =
        opened.and_then(|records| RowParser::open(records, request.options.clone(), limits)).map_err(of_file)?;
    let (dialect, ignored_columns) = (reading.interpreter.dialect.name, reading.ignored.clone());
    let parser =
        BlockParser { fingerprints: Fingerprints::default(), known_days: BTreeSet::new(), keeps_fields: false };
    let mut reader = Reader {
        staging,
        faults: Faults::default(),
        skip_invalid: request.skip_invalid,
        file: ReconciledFile {
            name: source.name.clone(),
            dialect,
            rows: 0,
            skipped: 0,
            receipts: 0,
            refused: 0,
            met_naive_time: false,
            ignored_columns,
        },
    };
    let interpreter = if let Some(threads) = parallel_reader::threads(source.rows_at_most(), || snapshot.accounts())? {
        index.enter_all(snapshot)?;
        parallel_reader::read(reading, threads, &parser, index, |part| {
            watch.at(source.position.bytes());
            reader.take(part)
        })?
        .0
    } else {
        let RowParser { records, interpreter, .. } = &mut reading;
        loop {
            let part = parser.part(records, interpreter, &mut index, Some(snapshot), TOGETHER);
            let is_over = part.is_empty();
            watch.at(source.position.bytes());
            if !reader.take(part)? || is_over {
                break;
            }
        }
        reading.interpreter
    };
    source.refuse_changed()?;
    let Reader { staging, mut faults, mut file, .. } = reader;
    file.met_naive_time = interpreter.met_naive_time;
    if faults.is_empty() {
        return Ok(FileMessages { staging, file });
    }
    faults.first.sort_by_key(|fault| (fault.line, fault.column));
    faults.first.iter_mut().for_each(|fault| explain(snapshot, fault));
    Err(Error::Rows(faults))
}

/// Says whose account it is that the customer does not have, or which one may be meant.
fn explain(snapshot: &Snapshot<'_>, fault: &mut Fault) {
    let Error::NotFound { entity: EntityKind::Smpp, name, nearest } = &mut *fault.error else { return };
    match snapshot.smpp_account(name) {
        Ok(account) => *fault.error = other_customer(name, account.customer.as_str()),
        Err(Error::NotFound { nearest: found, .. }) => *nearest = found,
        Err(_) => {}
    }
}

struct Reader {
    staging: Staging,
    faults: Faults,
    skip_invalid: bool,
    file: ReconciledFile,
}

impl Reader {
    /// Adds the next rows; says whether reading can go on.
    fn take(&mut self, part: ParsedBlock) -> Result<bool> {
        self.staging.add(&part.rows)?;
        let receipts = part.receipts.len() as u64;
        self.file.rows += part.tally.rows() + receipts;
        self.file.skipped += part.tally.rejected + part.tally.skipped;
        self.file.receipts += receipts;
        self.file.refused += part.tally.refused;
        let mut goes_on = true;
        for (fault, _) in part.faults {
            if !self.skip_invalid || fault.ends_file {
                goes_on &= self.faults.add(fault);
            }
        }
        Ok(goes_on)
    }
}
