//! The first reading of a file: everything that is wrong with it is found, and nothing is touched.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Display;

use crate::error::{Error, Fault, Faults, Result};
use crate::ingest::traffic::beside::{self, Outcome};
use crate::ingest::traffic::book::Book;
use crate::ingest::traffic::reading::{Sense, Told};
use crate::ingest::traffic::rejects::Rejects;
use crate::ingest::traffic::seen::{Look, Seen, Sight};
use crate::ingest::traffic::{Request, Watch, reading};
use crate::model::{Message, MessageId, Money, Tally};
use crate::ops::traffic::{Comparison, KnownTariffs, compare, sort_messages};
use crate::store::Snapshot;

/// The most messages that are looked at once more because they seem to contradict others of the same file.
const MOST_SUSPECTS: usize = 100_000;

/// How many messages are looked for together: each is somewhere else in memory, and the ways there overlap.
const TOGETHER: usize = 256;

/// What was found out about a file that has no fault.
#[derive(Debug)]
pub(super) struct Inspection {
    pub(super) book: Book,
    pub(super) known_days: BTreeSet<i32>,
    pub(super) repeats: bool,
    /// What its rows come to where they tell nothing that is not known.
    pub(super) nothing_new: Option<Tally>,
    pub(super) met_naive_time: bool,
}

struct Inspector<'a> {
    snapshot: &'a Snapshot<'a>,
    request: &'a Request,
    book: Book,
    known_days: BTreeSet<i32>,
    seen: Seen,
    /// Messages that are to be looked for among those before them.
    looks: Vec<Look>,
    suspects: HashSet<u64>,
    repeats: bool,
    /// Messages of days of which there is traffic, which are held against it together.
    waiting: Vec<(Message, u64)>,
    known_tariffs: KnownTariffs,
    faults: Faults,
    /// What the rows would come to if every message were known.
    tally: Tally,
    tells_nothing_new: bool,
}

/// Reads a whole file, or tells everything that is wrong with it.
pub(super) fn inspect(
    snapshot: &Snapshot<'_>,
    request: &Request,
    book: Book,
    rejects: Option<&mut Rejects<'_>>,
    watch: &mut dyn Watch,
) -> Result<Inspection> {
    let mut inspector = Inspector {
        snapshot,
        request,
        book,
        known_days: snapshot.days_with_traffic(0, i32::MAX - 1)?,
        seen: Seen::with_room_for(request.source.rows_at_most()),
        looks: Vec::with_capacity(TOGETHER),
        suspects: HashSet::new(),
        repeats: false,
        waiting: Vec::new(),
        known_tariffs: KnownTariffs::default(),
        faults: Faults::default(),
        tally: Tally::default(),
        tells_nothing_new: true,
    };
    let met_naive_time = inspector.read_all(rejects, watch)?;
    inspector.compare()?;
    inspector.look_for_all();
    while inspector.seen.next_share() {
        inspector.read_again(watch, |inspector, message, _| inspector.look_for(&message))?;
        inspector.look_for_all();
    }
    inspector.look_at_suspects(watch)?;
    let Inspector { book, known_days, repeats, tally, tells_nothing_new, mut faults, .. } = inspector;
    if faults.is_empty() {
        let nothing_new = tells_nothing_new.then_some(tally);
        return Ok(Inspection { book, known_days, repeats, nothing_new, met_naive_time });
    }
    faults.first.sort_by_key(|fault| (fault.line, fault.column));
    Err(Error::Rows(faults))
}

impl Inspector<'_> {
    fn read_all(&mut self, mut rejects: Option<&mut Rejects<'_>>, watch: &mut dyn Watch) -> Result<bool> {
        let mut reading = reading(self.request, self.snapshot.pruned_before()?).map_err(of_file)?;
        let rows = self.request.source.rows_at_most();
        let sense = if let Some(threads) = beside::threads(rows, || self.snapshot.accounts())? {
            self.book.enter_all(self.snapshot)?;
            let (book, keeps_fields) = (self.book.clone(), rejects.is_some());
            let (sense, book) =
                beside::read(reading, threads, keeps_fields, book, |Outcome { line, told, fields }| {
                    self.take(line, told, fields.iter().map(String::as_str), rejects.as_deref_mut(), watch)
                })?;
            self.book = book;
            sense
        } else {
            while let Some((line, told)) = reading.next(&mut self.book, Some(self.snapshot)) {
                if !self.take(line, told, reading.fields(), rejects.as_deref_mut(), watch)? {
                    break;
                }
            }
            reading.sense
        };
        self.check_expectations(&sense);
        Ok(sense.met_naive_time)
    }

    /// Takes a row as it was read; says whether reading can go on.
    fn take<'f>(
        &mut self,
        line: u64,
        told: Result<Told, Fault>,
        fields: impl Iterator<Item = &'f str>,
        rejects: Option<&mut Rejects<'_>>,
        watch: &mut dyn Watch,
    ) -> Result<bool> {
        if self.tally.rows().is_multiple_of(10_000) {
            watch.at(self.request.source.position.bytes());
        }
        match told {
            Ok(Told::Message(message)) => self.look_at(message, line)?,
            Ok(Told::Rejected) => self.tally.rejected += 1,
            Ok(Told::Other) => self.tally.skipped += 1,
            Err(fault) => {
                self.tally.refused += 1;
                if !self.request.skip_invalid || fault.ends_file {
                    return Ok(self.faults.add(fault));
                }
                rejects.map_or(Ok(()), |rejects| rejects.add(fields, &fault))?;
            }
        }
        Ok(true)
    }

    fn look_at(&mut self, message: Message, line: u64) -> Result<()> {
        self.tally.duplicate += 1;
        self.look_for(&message);
        if self.known_days.contains(&message.day) {
            self.waiting.push((message, line));
            if self.waiting.len() >= self.request.batch {
                self.compare()?;
            }
        } else {
            self.tells_nothing_new = false;
        }
        Ok(())
    }

    /// Looks for a message among those before it, soon.
    fn look_for(&mut self, message: &Message) {
        self.looks.push(self.seen.look(message));
        if self.looks.len() == TOGETHER {
            self.look_for_all();
        }
    }

    fn look_for_all(&mut self) {
        let mut looks = std::mem::take(&mut self.looks);
        for look in looks.drain(..) {
            let sight = self.seen.see(look);
            self.note(sight);
        }
        self.looks = looks;
    }

    fn note(&mut self, sight: Sight) {
        match sight {
            Sight::Again => self.repeats = true,
            Sight::Otherwise(fingerprint) => {
                self.repeats = true;
                if self.suspects.len() < MOST_SUSPECTS {
                    self.suspects.insert(fingerprint);
                }
            }
            Sight::New | Sight::Elsewhere => {}
        }
    }

    /// Holds the messages that wait against those that are known.
    fn compare(&mut self) -> Result<()> {
        sort_messages(&mut self.waiting, |(message, _)| message);
        let (messages, lines): (Vec<Message>, Vec<u64>) = self.waiting.drain(..).unzip();
        let Comparison { contradictions, tells_nothing_new } =
            compare(self.snapshot, &messages, &mut self.known_tariffs, |account_id| self.book.tariff_of(account_id))?;
        self.tells_nothing_new &= tells_nothing_new;
        for contradiction in contradictions {
            let message = &messages[contradiction.index];
            let import = self.snapshot.import(contradiction.import_id)?;
            let before = format!("by import {} of {}", import.id, crate::error::quoted(&import.manifest.file));
            self.faults.add(contradicted(message, lines[contradiction.index], contradiction.field, before));
        }
        Ok(())
    }

    /// Reads the messages of the file once more; whatever is wrong with rows was told at the first reading.
    fn read_again(&mut self, watch: &mut dyn Watch, mut each: impl FnMut(&mut Self, Message, u64)) -> Result<()> {
        let mut reading = reading(self.request, self.snapshot.pruned_before()?).map_err(of_file)?;
        let mut rows = 0_u64;
        while let Some((line, told)) = reading.next(&mut self.book, None) {
            rows += 1;
            if rows.is_multiple_of(10_000) {
                watch.at(self.request.source.position.bytes());
            }
            match told {
                Ok(Told::Message(message)) => each(self, message, line),
                Err(fault) if fault.ends_file => break,
                _ => {}
            }
        }
        Ok(())
    }

    /// Compares messages that seem to contradict each other by what they really say.
    fn look_at_suspects(&mut self, watch: &mut dyn Watch) -> Result<()> {
        if self.suspects.is_empty() {
            return Ok(());
        }
        let mut first: HashMap<(i32, MessageId, i64), (Message, u64)> = HashMap::new();
        self.read_again(watch, |inspector, message, line| {
            if !inspector.suspects.contains(&inspector.seen.fingerprint(&message)) {
                return;
            }
            let key = (message.day, message.id.clone(), message.account_id);
            let (before, its_line) = first.entry(key).or_insert_with(|| (message.clone(), line));
            if let Some(field) = before.contradiction(&message) {
                let fault = contradicted(&message, line, field, format!("on line {its_line}"));
                inspector.faults.add(fault);
            }
        })
    }

    /// Notices a file that was cut between two rows, if somebody said what it must have, and prices beyond any balance.
    fn check_expectations(&mut self, sense: &Sense) {
        let (expected, rows) = (&self.request.expected, self.tally.rows());
        if let Some(expected) = expected.rows.filter(|expected| *expected != rows) {
            self.missed("rows:", expected, rows);
        }
        let prices = match sense.prices() {
            Ok(prices) => prices,
            Err(error) => {
                self.faults.add(Fault { line: rows + 1, column: 1, error: Box::new(error), ends_file: true });
                return;
            }
        };
        let total = prices.unwrap_or(Money::from_e8(sense.parts().saturating_mul(Money::ONE.e8())));
        if let Some(expected) = expected.total.filter(|expected| *expected != total) {
            self.missed(if prices.is_some() { "prices of" } else { "parts:" }, expected, total);
        }
    }

    fn missed<T: Display>(&mut self, what: &str, expected: T, found: T) {
        let message = format!("the file has {what} {found}, {expected} is expected");
        self.faults.add(Fault::of_file(self.tally.rows() + 1, 1, "cut_off", message));
    }
}

fn contradicted(message: &Message, line: u64, field: &'static str, before: String) -> Fault {
    Fault::of_row(line, 1, Error::Contradiction { id: message.id.clone(), field, before })
}

/// A file of which not even the header can be read.
pub(super) fn of_file(fault: Fault) -> Error {
    let mut faults = Faults::default();
    faults.add(fault);
    Error::Rows(faults)
}
