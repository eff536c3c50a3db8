//! SQLite: the only home of rusqlite. One file per noun; statements stand beside the code that reads their rows.

mod audit;
mod bulk_insert;
mod bulk_writer;
mod check;
mod columns;
mod contact;
mod cug;
mod customer;
mod document;
mod document_rows;
mod error;
mod filter;
mod ledger;
mod migrate;
mod note;
mod open;
mod outbox;
mod password;
mod schema;
mod service;
mod smpp;
mod traffic;
mod values;
mod warning;
mod writer_queue;

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::{Error, Result};
use crate::model::{Entry, Origin, Time};
use crate::store::{Clock, Stamp};

use writer_queue::{lock_imports, queue_for_write};

pub use bulk_writer::{BulkWriter, HelperConnection};
pub use check::CheckReport;
pub use document::{TABLES, Table};
pub use migrate::Migration;
pub use open::{Location, sqlite_source, sqlite_version};
pub use schema::{OLDEST_SCHEMA, SCHEMA_VERSION};
pub use traffic::codec::PackedDays;
pub use traffic::message_show::MessageFilter;
pub use warning::UnrecordedCrossing;
pub use writer_queue::QueueGuard;

/// An open database.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    wait: Duration,
    clock: Clock,
}

impl Store {
    /// Opens the database of a place, making it first where the place allows that.
    pub fn open(location: &Location, clock: Clock) -> Result<Self> {
        let (connection, path) = open::open(location)?;
        Ok(Self { connection, path, wait: location.wait, clock })
    }

    /// The canonical name of the database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins to read. Everything read through the snapshot is of one moment, and waits for no writer.
    pub fn read(&mut self) -> Result<Snapshot<'_>> {
        Ok(Snapshot { transaction: self.connection.transaction_with_behavior(TransactionBehavior::Deferred)? })
    }

    /// Begins to write: takes the write lock, then the time.
    ///
    /// # Errors
    /// [`crate::Error::Busy`] when another process keeps the lock longer than this store waits.
    pub fn write(&mut self, origin: &Origin) -> Result<Tx<'_>> {
        let (clock, wait) = (self.clock, self.wait);
        let turn = queue_for_write(&self.path, wait)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(
            |error| match Error::from(error) {
                Error::Busy { .. } => Error::Busy { waited: wait },
                other => other,
            },
        )?;
        let stamp = Stamp { at: clock.now(), origin: origin.clone() };
        let snapshot = Snapshot { transaction };
        let (lines, many_steps, attempting) = (Vec::new(), false, false);
        Ok(Tx { snapshot, stamp, last_entry: None, lines, many_steps, attempting, _turn: turn })
    }

    /// Waits until nobody else imports traffic, or removes it, and keeps others from it until the result is dropped. Every
    /// other change goes on meanwhile.
    ///
    /// # Errors
    /// [`Error::Busy`] when that takes longer than this store waits.
    pub fn lock_imports(&self) -> Result<QueueGuard> {
        lock_imports(&self.path, self.wait)
    }

    /// Writes a consistent copy of the whole database to a new private file, whatever others write meanwhile.
    ///
    /// # Errors
    /// [`Error::FileExists`] when the file exists and is not to be replaced.
    pub fn backup(&self, to: &Path, replace: bool) -> Result<()> {
        open::backup(&self.connection, to, replace)
    }

    /// Makes a database at a place where none is from this one, a backup, once it has passed its check.
    ///
    /// # Errors
    /// [`Error::Damaged`] when it has faults, [`Error::FileExists`] when anything is in its place.
    pub fn restore(&mut self, to: &Path) -> Result<()> {
        let findings = self.read()?.check().findings;
        match findings.first() {
            Some(first) => Err(Error::Damaged(format!("the backup has {} faults, first: {first}", findings.len()))),
            None => open::restore(&self.connection, to),
        }
    }

    /// Brings a database of an older schema up to date, after a backup next to it.
    ///
    /// # Errors
    /// [`Error::OlderSchema`] when its schema is older than [`OLDEST_SCHEMA`].
    pub fn migrate(location: &Location) -> Result<Migration> {
        migrate::migrate(location)
    }
}

/// What the database holds at one moment. Questions are asked of it; a [`Tx`] is one that also answers changes.
#[derive(Debug)]
pub struct Snapshot<'store> {
    transaction: Transaction<'store>,
}

/// One stamped transaction. Dropping it undoes everything done in it; [`Tx::commit`] makes it last.
#[derive(Debug)]
pub struct Tx<'store> {
    snapshot: Snapshot<'store>,
    stamp: Stamp,
    /// The entry that this transaction added last: nobody else adds one meanwhile.
    last_entry: Option<Entry>,
    /// Lines of the audit log that are not written yet.
    lines: Vec<audit::Line>,
    /// Whether very many steps are expected.
    many_steps: bool,
    /// Whether what is done may be undone by itself.
    attempting: bool,
    /// Given up after the transaction has ended: fields are dropped in the order in which they stand.
    _turn: QueueGuard,
}

impl Tx<'_> {
    /// When the transaction began, by its stamp.
    pub fn at(&self) -> Time {
        self.stamp.at
    }

    /// Who writes, why, and by which command.
    pub fn origin(&self) -> &Origin {
        &self.stamp.origin
    }

    /// Prepares for an operation of very many steps: enlarges the cache, and lets lines of the audit log wait to be written
    /// together. They cannot be read before.
    pub fn expect_many_steps(&mut self) -> Result<()> {
        self.many_steps = true;
        bulk_writer::set_cache(&self.transaction, bulk_writer::CACHE_OF_ONE_TRANSACTION_MIB)
    }

    /// Tries a deed: when it fails, nothing of it is left in the transaction.
    pub fn attempt<T, E>(&mut self, deed: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<Result<T, E>> {
        if self.lines.len() >= audit::BATCH {
            self.write_lines()?;
        }
        let waiting = self.lines.len();
        self.transaction.execute_batch("SAVEPOINT attempt")?;
        self.attempting = self.many_steps;
        let outcome = deed(self);
        self.attempting = false;
        if outcome.is_err() {
            self.lines.truncate(waiting);
        }
        // A failure that ended the whole transaction, such as a full disk, leaves nothing to be undone.
        if !self.transaction.is_autocommit() {
            let end = if outcome.is_ok() { "RELEASE attempt" } else { "ROLLBACK TO attempt; RELEASE attempt" };
            self.transaction.execute_batch(end)?;
        }
        Ok(outcome)
    }

    /// Makes everything last: when this returns, a power cut loses nothing.
    pub fn commit(mut self) -> Result<()> {
        self.write_lines()?;
        Ok(self.snapshot.transaction.commit()?)
    }
}

impl<'store> Deref for Tx<'store> {
    type Target = Snapshot<'store>;

    fn deref(&self) -> &Snapshot<'store> {
        &self.snapshot
    }
}
