//! Reads a file to its end, stages its rows and finds every fault. Nothing is written to the database.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Display;
use std::io::{BufRead, Write};
use std::num::NonZero;
use std::thread;

use crate::error::{Error, Fault, Faults, InputError, Result, quoted};
use crate::formats::rejects::Rejects;
use crate::model::{EntityKind, Message, MessageId, Money, TrafficTally};
use crate::store::{HelperConnection, Snapshot};
use crate::traffic::account_index::AccountIndex;
use crate::traffic::block::{BlockParser, ParsedBlock};
use crate::traffic::conflict_check::{
    ComparisonResults, ComparisonThreads, Findings, PendingComparisons, Reports, contradicted,
};
use crate::traffic::disputed_rows::DisputedRows;
use crate::traffic::disputes;
use crate::traffic::duplicate_filter::{DuplicateFilter, Fingerprints, MessageFingerprint, Occurrence};
use crate::traffic::parallel_reader;
use crate::traffic::receipts::{self, DeliveryReport};
use crate::traffic::request::{ImportProgress, ImportRequest};
use crate::traffic::row_parser::{RowInterpreter, RowParser};
use crate::traffic::staged_row::{NonMessage, StagedRow};
use crate::traffic::staging::Staging;
use crate::traffic::time_limits::TimeLimits;

/// Maximum number of messages that are compared row by row because they seem to contradict others of the file.
const MOST_SUSPECTS: usize = 100_000;

/// The number of rows parsed together by a single thread.
const TOGETHER: usize = 4_096;

/// What is known of a file without faults.
#[derive(Debug)]
pub(crate) struct Inspection {
    pub(crate) account_index: AccountIndex,
    /// The days of which some message of the file is stored already.
    pub(crate) known_days: BTreeSet<i32>,
    pub(crate) repeats: bool,
    /// The tally if no row adds anything to what is known.
    pub(crate) nothing_new: Option<TrafficTally>,
    pub(crate) met_naive_time: bool,
    /// The staged rows.
    pub(crate) staging: Staging,
}

struct Inspector<'a> {
    snapshot: &'a Snapshot<'a>,
    request: &'a ImportRequest,
    limits: TimeLimits,
    account_index: AccountIndex,
    parser: BlockParser,
    staging: Staging,
    duplicates: Duplicates,
    /// Reports whose messages are sought once all rows are read.
    receipts: Vec<DeliveryReport>,
    /// Rows whose prices are judged once all rows are read.
    disputed: DisputedRows,
    /// Messages of days that already have messages.
    waiting: PendingComparisons,
    compared: ComparisonResults,
    faults: Faults,
    /// The tally if every message were known.
    tally: TrafficTally,
    has_new_days: bool,
}

/// Messages that occur more than once in the file.
struct Duplicates {
    filter: DuplicateFilter,
    /// Whether there are any.
    repeats: bool,
    /// The keys of those that seem to contradict each other, by their fingerprints.
    suspects: HashSet<u64>,
}

/// Reads a whole file and stages its rows, or returns all its faults.
pub(crate) fn inspect(
    snapshot: &Snapshot<'_>,
    (request, limits): (&ImportRequest, TimeLimits),
    (account_index, staging, helper): (AccountIndex, Staging, &HelperConnection),
    rejects: Option<&mut Rejects<&mut dyn Write>>,
    watch: &mut dyn ImportProgress,
) -> Result<Inspection> {
    let mut inspector = Inspector {
        snapshot,
        request,
        limits,
        account_index,
        parser: BlockParser {
            fingerprints: Fingerprints::default(),
            known_days: snapshot.days_with_messages(0, i32::MAX - 1)?,
            keeps_fields: rejects.is_some(),
        },
        staging,
        duplicates: Duplicates {
            filter: DuplicateFilter::with_room_for(request.source.rows_at_most()),
            repeats: false,
            suspects: HashSet::new(),
        },
        receipts: Vec::new(),
        disputed: DisputedRows::default(),
        waiting: PendingComparisons::until(request.batch),
        compared: ComparisonResults::default(),
        faults: Faults::default(),
        tally: TrafficTally::default(),
        has_new_days: false,
    };
    let met_naive_time = inspector.read_all(helper, rejects, watch)?;
    while inspector.duplicates.filter.next_share() {
        inspector.look_again(watch)?;
    }
    inspector.look_at_suspects(watch)?;
    let Inspector { account_index, staging, duplicates, compared, tally, has_new_days, mut faults, .. } = inspector;
    if faults.is_empty() {
        let (Findings { has_news, known_days }, repeats) = (compared.findings, duplicates.repeats);
        let nothing_new = (!has_new_days && !has_news).then_some(tally);
        return Ok(Inspection { account_index, known_days, repeats, nothing_new, met_naive_time, staging });
    }
    faults.first.sort_by_key(|fault| (fault.line, fault.column));
    faults.first.iter_mut().for_each(|fault| add_nearest(snapshot, &mut fault.error));
    Err(Error::Rows(faults))
}

/// Adds the account whose name is most like one that does not exist. Rows are parsed without the names of all accounts.
fn add_nearest(snapshot: &Snapshot<'_>, error: &mut Error) {
    let Error::NotFound { entity: EntityKind::Smpp, name, nearest } = error else { return };
    match snapshot.smpp_account(name) {
        Err(Error::NotFound { nearest: found, .. }) => *nearest = found,
        Err(_) => {}
        // Accounts without a default price are not found either.
        Ok(account) => {
            let service = &account.details.service;
            *error = Error::Refused(format!(
                "SMPP account {} has no price: the plan of service {} has no default price",
                quoted(&account.system_id),
                quoted(service)
            ));
        }
    }
}

/// The result of adding parsed rows.
struct AddedRows {
    /// Messages to compare now.
    to_compare: Option<Reports>,
    /// Whether reading can go on.
    goes_on: bool,
}

impl Inspector<'_> {
    fn read_all(
        &mut self,
        helper: &HelperConnection,
        mut rejects: Option<&mut Rejects<&mut dyn Write>>,
        watch: &mut dyn ImportProgress,
    ) -> Result<bool> {
        let mut reading = self.request.open_rows(self.limits).map_err(of_file)?;
        let rows = self.request.source.rows_at_most();
        let interpreter = if let Some(threads) = parallel_reader::threads(rows, || self.snapshot.accounts())? {
            self.read_beside(reading, threads, helper, rejects.as_deref_mut(), watch)?
        } else {
            let RowParser { records, interpreter, .. } = &mut reading;
            loop {
                let part =
                    self.parser.part(records, interpreter, &mut self.account_index, Some(self.snapshot), TOGETHER);
                let is_over = part.is_empty();
                let AddedRows { to_compare, goes_on } = self.take(part, rejects.as_deref_mut(), watch)?;
                if let Some(reports) = to_compare {
                    self.faults.add_all(self.compared.add(self.snapshot, &self.account_index, reports)?);
                }
                if is_over || !goes_on {
                    break;
                }
            }
            let rest = self.waiting.take();
            self.faults.add_all(self.compared.add(self.snapshot, &self.account_index, rest)?);
            reading.interpreter
        };
        self.add_receipts(watch)?;
        self.add_disputed(rejects, watch)?;
        self.check_expectations(&interpreter);
        Ok(interpreter.met_naive_time)
    }

    /// Parses and compares in several threads.
    fn read_beside<R: BufRead + Send>(
        &mut self,
        reading: RowParser<R>,
        threads: NonZero<usize>,
        helper: &HelperConnection,
        mut rejects: Option<&mut Rejects<&mut dyn Write>>,
        watch: &mut dyn ImportProgress,
    ) -> Result<RowInterpreter> {
        self.account_index.enter_all(self.snapshot)?;
        let (account_index, parser) = (self.account_index.clone(), self.parser.clone());
        let book_to_compare_by = account_index.clone();
        thread::scope(|scope| {
            let mut comparers = ComparisonThreads::start(scope, helper, &book_to_compare_by);
            let read = parallel_reader::read(reading, threads, &parser, account_index, |part| {
                let taken = self.take(part, rejects.as_deref_mut(), watch)?;
                // If the receiver is gone, a comparison has failed.
                let is_taken = taken.to_compare.is_none_or(|reports| comparers.take(reports));
                Ok(taken.goes_on && is_taken)
            });
            comparers.take(self.waiting.take());
            let (faults, findings) = comparers.end()?;
            self.faults.add_all(faults);
            self.compared.findings = findings;
            let (interpreter, account_index) = read?;
            self.account_index = account_index;
            Ok(interpreter)
        })
    }

    /// Adds the next parsed rows.
    fn take(
        &mut self,
        part: ParsedBlock,
        mut rejects: Option<&mut Rejects<&mut dyn Write>>,
        watch: &mut dyn ImportProgress,
    ) -> Result<AddedRows> {
        watch.at(self.request.source.position.bytes());
        self.staging.add(&part.rows)?;
        self.tally.add(&part.tally);
        self.receipts.extend(part.receipts);
        let settled = self.disputed.add(part.disputed, self.snapshot, &self.parser)?;
        self.has_new_days |= part.message_fingerprints.len() > part.of_known_days.len();
        part.message_fingerprints.into_iter().for_each(|fingerprint| self.duplicates.add(fingerprint));
        let mut taken = AddedRows { to_compare: self.waiting.add(part.of_known_days), goes_on: true };
        for (fault, fields) in part.faults {
            if !self.request.skip_invalid || fault.ends_file {
                taken.goes_on &= self.faults.add(fault);
            } else if let Some(rejects) = rejects.as_deref_mut() {
                rejects.add(fields.iter().map(|field| ("", field.as_str())), &fault)?;
            }
        }
        if !settled.is_empty() {
            let more = self.take(settled, rejects, watch)?;
            taken.goes_on &= more.goes_on;
            if let Some(reports) = more.to_compare {
                taken.to_compare.get_or_insert_default().extend(reports);
            }
        }
        Ok(taken)
    }

    /// Adds the reports whose messages are known as reports of these; others are skipped.
    fn add_receipts(&mut self, watch: &mut dyn ImportProgress) -> Result<()> {
        let receipts = std::mem::take(&mut self.receipts);
        if receipts.is_empty() {
            return Ok(());
        }
        let found = receipts::resolve(&receipts, &self.staging, self.snapshot, &self.parser.known_days)?;
        let mut part = ParsedBlock::default();
        for ((_, line), message) in receipts.into_iter().zip(found) {
            match message {
                None => part.add_other(line, NonMessage::Other),
                Some(mut message) => {
                    self.account_index.note_account(message.account_id, message.day);
                    if let Some(error) = self.account_index.price_fault(&mut message) {
                        part.add_fault(line, Fault::of_row(line, 1, error), Vec::new());
                    } else {
                        self.parser.add_message(&mut part, line, message);
                    }
                }
            }
        }
        let mut reports = self.take(part, None, watch)?.to_compare.unwrap_or_default();
        reports.extend(self.waiting.take());
        self.faults.add_all(self.compared.add(self.snapshot, &self.account_index, reports)?);
        Ok(())
    }

    /// Adds the rows whose disputed price is not charged, or right after all; the others are faults.
    fn add_disputed(
        &mut self,
        rejects: Option<&mut Rejects<&mut dyn Write>>,
        watch: &mut dyn ImportProgress,
    ) -> Result<()> {
        let DisputedRows { waiting: disputed, accounts } = std::mem::take(&mut self.disputed);
        for (account_id, day) in accounts {
            self.account_index.note_account(account_id, day);
        }
        if disputed.is_empty() {
            return Ok(());
        }
        let in_order = disputes::resolve(&disputed, &self.staging, self.snapshot, self.account_index.prices())?;
        let mut part = ParsedBlock::default();
        for (row, is_in_order) in disputed.into_iter().zip(in_order) {
            if is_in_order {
                self.account_index.note_account(row.message.account_id, row.message.day);
                self.parser.add_message(&mut part, row.line, row.message);
            } else {
                part.add_fault(row.line, row.fault, row.fields);
            }
        }
        let mut reports = self.take(part, rejects, watch)?.to_compare.unwrap_or_default();
        reports.extend(self.waiting.take());
        self.faults.add_all(self.compared.add(self.snapshot, &self.account_index, reports)?);
        Ok(())
    }

    /// Looks for the messages of the next share among those before them.
    fn look_again(&mut self, watch: &mut dyn ImportProgress) -> Result<()> {
        let (mut rows, mut looked_at) = (self.staging.rows(), 0);
        while let Some((_, row)) = rows.next()? {
            looked_at += 1;
            if looked_at % TOGETHER == 0 {
                watch.at(rows.done(self.request.source.size()));
            }
            if let StagedRow::Message(message) = row {
                self.duplicates.add(self.parser.fingerprints.of(&message));
            }
        }
        Ok(())
    }

    /// Compares the rows of messages that seem to contradict each other.
    fn look_at_suspects(&mut self, watch: &mut dyn ImportProgress) -> Result<()> {
        let suspects = &self.duplicates.suspects;
        if suspects.is_empty() {
            return Ok(());
        }
        let (mut rows, mut looked_at) = (self.staging.rows(), 0);
        let mut first: HashMap<(i32, MessageId, i64), (Message, u64)> = HashMap::new();
        while let Some((line, row)) = rows.next()? {
            looked_at += 1;
            if looked_at % TOGETHER == 0 {
                watch.at(rows.done(self.request.source.size()));
            }
            let StagedRow::Message(message) = row else { continue };
            if !suspects.contains(&self.parser.fingerprints.of_key(&message)) {
                continue;
            }
            let key = (message.day, message.id.clone(), message.account_id);
            let (before, its_line) = first.entry(key).or_insert_with(|| (message.clone(), line));
            if let Some(field) = before.contradiction(&message) {
                self.faults.add(contradicted(&message, line, field, format!("on line {its_line}")));
            }
        }
        Ok(())
    }

    /// Detects a file that was cut between two rows, by the expected totals, and prices beyond any balance.
    fn check_expectations(&mut self, interpreter: &RowInterpreter) {
        let (expected, rows) = (&self.request.expected, self.tally.rows());
        if let Some(expected) = expected.rows.filter(|expected| *expected != rows) {
            self.missed("rows:", expected, rows);
        }
        let prices = match interpreter.prices() {
            Ok(prices) => prices,
            Err(error) => {
                self.faults.add(Fault { line: rows + 1, column: 1, error: Box::new(error), ends_file: true });
                return;
            }
        };
        let total = prices.unwrap_or(Money::from_e8(interpreter.parts().saturating_mul(Money::ONE.e8())));
        if let Some(expected) = expected.total.filter(|expected| *expected != total) {
            self.missed(if prices.is_some() { "prices of" } else { "parts:" }, expected, total);
        }
    }

    fn missed<T: Display>(&mut self, what: &str, expected: T, found: T) {
        let message = format!("the file has {what} {found}, {expected} is expected");
        self.faults.add(Fault::of_file(self.tally.rows() + 1, 1, InputError::CutOff, message));
    }
}

impl Duplicates {
    fn add(&mut self, fingerprint: MessageFingerprint) {
        match self.filter.add(fingerprint) {
            Occurrence::Repeat => self.repeats = true,
            Occurrence::Conflict(key) => {
                self.repeats = true;
                if self.suspects.len() < MOST_SUSPECTS {
                    self.suspects.insert(key);
                }
            }
            Occurrence::First | Occurrence::OfOtherShare => {}
        }
    }
}

/// A file whose header cannot be read.
pub(crate) fn of_file(fault: Fault) -> Error {
    let mut faults = Faults::default();
    faults.add(fault);
    Error::Rows(faults)
}
