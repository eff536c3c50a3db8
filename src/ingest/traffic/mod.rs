//! Files of traffic. A file is read twice: the first reading finds everything that is wrong and touches nothing, the second
//! writes batches of rows, each in a transaction of its own, and the last one posts the charges.
//!
//! A message is known by the day of its submission, its ID and its account, so a file may come again, or overlap others, in
//! any order. An import that is killed is left unfinished; the same file completes it.

mod book;
mod clock;
mod dialect;
mod inspect;
mod reading;
mod rejects;
mod seen;
mod source;

use std::io::{BufRead, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::error::{Error, Fault, Result, quoted};
use crate::ingest::csv::Records;
use crate::ingest::lines::Lines;
use crate::model::{Hash, Import, ImportState, Manifest, Message, Money, Origin, Tally, Unit, day_of};
use crate::ops::traffic::{Batch, Intake, Plan};
use crate::store::{Snapshot, Store, Tx};

use book::Book;
use inspect::{inspect, of_file};
use reading::{Reading, Told};
use rejects::Rejects;

pub use dialect::{DIALECTS, Dialect};
pub use reading::Meaning;
pub use source::{Position, Source};

/// How many rows are written together as a rule: enough that they are written in order, and few enough that others soon get
/// their turn.
pub const BATCH: usize = 250_000;

/// A file, and how it is to be imported.
#[derive(Debug)]
pub struct Request {
    pub source: Source,
    pub meaning: Meaning,
    /// Whether its messages are charged.
    pub charging: bool,
    /// Whether messages may lie on days of which there are some by another dialect.
    pub allow_overlap: bool,
    /// Whether rows with faults are left out, instead of the whole file.
    pub skip_invalid: bool,
    pub expected: Expected,
    /// How many rows are written together.
    pub batch: usize,
    /// Whether nothing is saved.
    pub dry_run: bool,
}

/// What the sender of a file said of it.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    pub rows: Option<u64>,
    /// What the prices of all messages add up to, or, where the file has none, their parts.
    pub total: Option<Money>,
    pub sha256: Option<Hash>,
}

/// Whoever watches an import.
pub trait Watch {
    /// A part of the work begins.
    fn begin(&mut self, part: &'static str);
    /// So many bytes of the file are done.
    fn at(&mut self, bytes: u64);
    /// Something was saved.
    fn committed(&mut self);
}

/// What an import came to.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Its number.
    pub import: i64,
    pub file: String,
    pub dialect: &'static str,
    pub tally: Tally,
    /// What it charged, by unit.
    pub charges: Vec<(Unit, Money)>,
    pub days: Option<(i32, i32)>,
    /// The import that had the same file before, for which reason nothing was done.
    pub repeats: Option<i64>,
    /// Whether a time without a zone was met.
    pub met_naive_time: bool,
}

/// Imports a file, or goes on with its import where that was interrupted. Nobody else imports meanwhile.
///
/// # Errors
/// [`Error::Rows`] with everything that is wrong with the file, before anything is written.
pub fn import(
    store: &mut Store,
    origin: &Origin,
    request: &Request,
    rejects: Option<&mut dyn Write>,
    watch: &mut dyn Watch,
) -> Result<Summary> {
    let _lock = store.lock_imports()?;
    watch.begin("looking");
    let sha256 = request.source.sha256()?;
    if request.expected.sha256.is_some_and(|expected| expected != sha256) {
        let message = format!("the SHA-256 of the file is {sha256}, another is expected");
        return Err(of_file(Fault::of_file(1, 1, "cut_off", message)));
    }
    let snapshot = store.read()?;
    let reading = reading(request, None).map_err(of_file)?;
    let (dialect, columns) = (reading.sense.dialect, reading.columns().to_vec());
    drop(reading);
    let manifest = manifest(request, sha256, dialect);
    let earlier = snapshot.imports_of(sha256, request.source.size())?;
    if let Some(import) = earlier.iter().find(|import| is_complete(import, &manifest)) {
        return Ok(repeated(import, dialect));
    }
    let unfinished = earlier.into_iter().find(|import| import.state == ImportState::Unfinished);
    let book = book_of(&snapshot, unfinished.as_ref(), &manifest)?;
    watch.begin("checking");
    let mut rejects = rejects.map(|output| Rejects::open(output, &columns)).transpose()?;
    let inspection = inspect(&snapshot, request, book, rejects.as_mut(), watch)?;
    rejects.map_or(Ok(()), Rejects::end)?;
    let accounts = inspection.book.accounts();
    let dialect_alone = (!request.allow_overlap).then_some(dialect.name);
    if let Some((import, days)) =
        snapshot.overlapping_import(dialect_alone, unfinished.as_ref().map(|import| import.id), &accounts)?
    {
        return Err(overlaps(&snapshot, &import, days.tariff.account_id));
    }
    let plan = Plan { manifest, accounts, known_days: inspection.known_days, repeats: inspection.repeats };
    let pruned_before = snapshot.pruned_before()?;
    let start = match &unfinished {
        Some(import) => Start::Resumed(Intake::resume(&snapshot, import, plan)?),
        None => Start::New(plan),
    };
    drop(snapshot);
    watch.begin("importing");
    let writing = Writing { store, origin, request, watch };
    let import = writing.run(start, inspection.book, pruned_before)?;
    Ok(Summary {
        import: import.id,
        file: import.manifest.file,
        dialect: dialect.name,
        tally: import.tally,
        charges: import.charges,
        days: import.days,
        repeats: None,
        met_naive_time: inspection.met_naive_time,
    })
}

/// Begins to read the rows of a file.
fn reading(request: &Request, pruned_before: Option<i32>) -> Result<Reading<Box<dyn BufRead + Send>>, Fault> {
    let text =
        request.source.text().map_err(|error| Fault { line: 1, column: 1, error: Box::new(error), ends_file: true })?;
    Reading::open(Records::open(Lines::open(text)?)?, request.meaning.clone(), pruned_before)
}

fn manifest(request: &Request, sha256: Hash, dialect: &Dialect) -> Manifest {
    let meaning = &request.meaning;
    let words: serde_json::Map<_, _> =
        meaning.words.iter().map(|(word, state)| (word.clone(), state.as_str().into())).collect();
    let options = serde_json::json!({
        "zone": meaning.zone.iana_name(),
        "account": meaning.account,
        "key_column": meaning.key_column,
        "words": words,
        "takes_any_word": meaning.takes_any_word,
        "ignores_prices": meaning.ignores_prices,
        "skip_invalid": request.skip_invalid,
    });
    Manifest {
        file: request.source.name.clone(),
        sha256,
        size: request.source.size(),
        dialect: dialect.name.to_owned(),
        options: options.to_string(),
        charging: request.charging,
    }
}

/// Whether an import has taken in every row of the same file, understood the same way.
fn is_complete(import: &Import, manifest: &Manifest) -> bool {
    import.state == ImportState::Finished
        && import.tally.refused == 0
        && (&import.manifest.dialect, &import.manifest.options) == (&manifest.dialect, &manifest.options)
}

/// What a file comes to that was imported before: every message of it is known.
fn repeated(import: &Import, dialect: &Dialect) -> Summary {
    let Tally { new, updated, duplicate, rejected, skipped, refused } = import.tally;
    let tally = Tally { new: 0, updated: 0, duplicate: new + updated + duplicate, rejected, skipped, refused };
    Summary {
        import: import.id,
        file: import.manifest.file.clone(),
        dialect: dialect.name,
        tally,
        charges: Vec::new(),
        days: import.days,
        repeats: Some(import.id),
        met_naive_time: false,
    }
}

/// The accounts that a file may name: any, or those of its beginning if it is resumed.
fn book_of(snapshot: &Snapshot<'_>, unfinished: Option<&Import>, manifest: &Manifest) -> Result<Book> {
    let Some(import) = unfinished else { return Ok(Book::default()) };
    let begun = &import.manifest;
    if (&begun.dialect, &begun.options, begun.charging) != (&manifest.dialect, &manifest.options, manifest.charging) {
        let message = format!("import {} of this file is unfinished, and was begun with other options", import.id);
        return Err(Error::Refused(message));
    }
    Ok(Book::fixed(snapshot.tariffs_of(import.id)?))
}

fn overlaps(snapshot: &Snapshot<'_>, import: &Import, account_id: i64) -> Error {
    let account = snapshot.system_id_of(account_id).unwrap_or_default();
    let (first, last) = import.days.map(|(first, last)| (day_of(first), day_of(last))).unwrap_or_default();
    let (id, file) = (import.id, quoted(&import.manifest.file));
    let why = match import.state {
        ImportState::Unfinished => "is unfinished".to_owned(),
        _ => format!("is of another kind, {}", import.manifest.dialect),
    };
    let account = quoted(account);
    Error::Refused(format!("import {id} of {file} {why}, and has messages of {account} from {first} to {last} too"))
}

/// How an import begins.
enum Start {
    New(Plan),
    Resumed(Intake),
}

/// The second reading of a file.
struct Writing<'a> {
    store: &'a mut Store,
    origin: &'a Origin,
    request: &'a Request,
    watch: &'a mut dyn Watch,
}

impl Writing<'_> {
    /// Reads in one thread and writes in another: each waits for the other only when it is a batch ahead.
    fn run(self, start: Start, book: Book, pruned_before: Option<i32>) -> Result<Import> {
        let done = match &start {
            Start::New(_) => 0,
            Start::Resumed(intake) => intake.tally.rows(),
        };
        let request = self.request;
        thread::scope(|scope| {
            let (sender, batches) = sync_channel(0);
            let reader = move || produce(request, book, pruned_before, done, &sender);
            scope.spawn(reader);
            if request.dry_run { self.rehearse(start, &batches) } else { self.write(start, &batches) }
        })
    }

    /// Everything in one transaction, which is dropped.
    fn rehearse(self, start: Start, batches: &Receiver<Result<Batch>>) -> Result<Import> {
        let mut tx = self.store.write(self.origin)?;
        let mut intake = started(start, &mut tx)?;
        for batch in batches {
            intake.take(&mut tx, &batch?)?;
            self.watch.at(self.request.source.position.bytes());
        }
        self.request.source.refuse_changed()?;
        intake.finish(&mut tx, ImportState::Finished)
    }

    /// A transaction for each batch; the first one begins the import and the last one ends it.
    fn write(self, start: Start, batches: &Receiver<Result<Batch>>) -> Result<Import> {
        let mut start = Some(start);
        let mut under_way: Option<Intake> = None;
        let mut next = batches.recv().ok();
        loop {
            let batch = next.take().transpose()?;
            // Looked for before the lock is taken: others get their turn while the reader is still at it.
            next = batches.recv().ok();
            self.request.source.refuse_changed()?;
            let mut tx = self.store.write(self.origin)?;
            let mut intake = match (start.take(), under_way.take()) {
                (Some(start), _) => started(start, &mut tx)?,
                (None, Some(intake)) => intake,
                (None, None) => return Err(Error::Internal("an import without a beginning".to_owned())),
            };
            if let Some(batch) = batch {
                intake.take(&mut tx, &batch)?;
            }
            let ended = if next.is_none() { Some(intake.finish(&mut tx, ImportState::Finished)?) } else { None };
            tx.commit()?;
            self.watch.committed();
            self.watch.at(self.request.source.position.bytes());
            if let Some(import) = ended {
                return Ok(import);
            }
            under_way = Some(intake);
        }
    }
}

fn started(start: Start, tx: &mut Tx<'_>) -> Result<Intake> {
    match start {
        Start::New(plan) => Intake::begin(tx, plan),
        Start::Resumed(intake) => Ok(intake),
    }
}

/// Reads the rows after those that are in, and hands them on in batches. Whoever takes them may go away at any time.
fn produce(
    request: &Request,
    mut book: Book,
    pruned_before: Option<i32>,
    done: u64,
    batches: &SyncSender<Result<Batch>>,
) {
    let mut reading = match reading(request, pruned_before) {
        Ok(reading) => reading,
        Err(fault) => {
            let _ = batches.send(Err(of_file(fault)));
            return;
        }
    };
    let mut rows = 0;
    let mut batch = Batch::default();
    while let Some((_, told)) = reading.next(&mut book, None) {
        rows += 1;
        if rows <= done {
            continue;
        }
        match told {
            Ok(Told::Message(message)) => batch.messages.push(message),
            Ok(Told::Rejected) => batch.others.rejected += 1,
            Ok(Told::Other) => batch.others.skipped += 1,
            Err(fault) if request.skip_invalid && !fault.ends_file => batch.others.refused += 1,
            Err(fault) => {
                // It was without a fault at the first reading.
                let _ = batches.send(Err(request.source.refuse_changed().err().unwrap_or_else(|| of_file(fault))));
                return;
            }
        }
        if batch.messages.len() + usize::try_from(batch.others.rows()).unwrap_or(usize::MAX) >= request.batch
            && batches.send(Ok(sorted(std::mem::take(&mut batch)))).is_err()
        {
            return;
        }
    }
    if batch.messages.len() as u64 + batch.others.rows() > 0 {
        let _ = batches.send(Ok(sorted(batch)));
    }
}

/// The batch with its messages by key; those of the same key stay as they stand in the file.
fn sorted(mut batch: Batch) -> Batch {
    batch.messages.sort_by(|one: &Message, other| one.key().cmp(&other.key()));
    batch
}
