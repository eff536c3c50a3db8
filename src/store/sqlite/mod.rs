//! SQLite, the only user of rusqlite: [`Store`], [`Snapshot`] and [`Tx`], and one file per entity that extends them.
//!
//! Each statement is next to the code that reads its rows. `columns` declares an entity's columns, `values` how values are
//! stored, `filter` builds lists, `check` verifies a whole database.

mod applied;
mod attachment;
mod audit;
mod audit_chain;
mod billing;
mod bulk_insert;
mod bulk_writer;
mod chains;
mod check;
mod columns;
mod connection;
mod contact;
mod cug;
mod customer;
mod document;
mod document_rows;
mod error;
mod filter;
mod forecast_alert;
mod ledger;
mod limited_disk;
mod log_times;
mod migrate;
mod new_database;
mod note;
mod open;
mod outbox;
mod overview;
mod password;
mod plan;
mod price_history;
mod price_notice;
mod prices;
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

pub use billing::{IssuedDocuments, NewInvoice, hash_of_document};
pub use bulk_writer::{BulkWriter, HelperConnection};
pub use check::CheckReport;
pub use document::{TABLES, Table};
pub use forecast_alert::ForecastKey;
pub use ledger::accrual::AccrualLine;
pub use ledger::chain::{EntryLink, GENESIS};
pub use ledger::entry::Appended;
pub use migrate::Migration;
pub use new_database::NewDatabase;
pub use open::{Location, sqlite_source, sqlite_version};
pub use password::PasswordCount;
pub use prices::{PlansOfAccounts, SharedPlans};
pub use schema::{OLDEST_SCHEMA, PLANS as FIRST_SCHEMA_OF_PLANS, SCHEMA_VERSION};
pub use traffic::known_prices::KnownPrices;
pub use traffic::message_show::{MessageFilter, MessageSearch};
pub use traffic::packed_days::PackedDays;
pub use warning::UnrecordedCrossing;
pub use writer_queue::QueueGuard;

/// An open database.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    wait: Duration,
    clock: Clock,
    accepts_clock: bool,
}

impl Store {
    /// Opens a database, creating it first if the location allows that.
    pub fn open(location: &Location, clock: Clock) -> Result<Self> {
        let (connection, path) = open::open(location)?;
        Ok(Self { connection, path, wait: location.wait, clock, accepts_clock: false })
    }

    /// Closes the database. The last connection to close moves the write-ahead log into the file.
    pub fn close(self) -> Result<()> {
        self.connection.close().map_err(|(_, error)| error.into())
    }

    /// The canonical name of the database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The current time.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Lets entries be posted although the newest one is dated ahead of the clock: an operator says that the clock is right.
    pub fn accept_clock(&mut self) {
        self.accepts_clock = true;
    }

    /// Begins to read. Everything read through the snapshot is of one moment; it waits for no writer.
    pub fn read(&mut self) -> Result<Snapshot<'_>> {
        let at = self.clock.now();
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
        Ok(Snapshot { transaction, at, takes_short_names: true })
    }

    /// Begins to write: acquires the write lock, then reads the clock.
    ///
    /// # Errors
    /// [`crate::Error::Busy`] when another process holds the lock longer than this store waits.
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
        let snapshot = Snapshot { transaction, at: stamp.at, takes_short_names: false };
        Ok(Tx {
            snapshot,
            stamp,
            accepts_clock: self.accepts_clock,
            last_entry: None,
            pending_events: Vec::new(),
            many_steps: false,
            undoes: None,
            attempting: false,
            _turn: turn,
        })
    }

    /// Waits until no other process imports or prunes traffic, and blocks others from it until the guard is dropped. All other
    /// writes go on.
    ///
    /// # Errors
    /// [`Error::Busy`] when the wait is over.
    pub fn lock_imports(&self) -> Result<QueueGuard> {
        lock_imports(&self.path, self.wait)
    }

    /// Writes a consistent copy of the whole database to a private file, while others may write.
    ///
    /// # Errors
    /// [`Error::FileExists`] when the file exists and `replace` is false.
    pub fn backup(&self, to: &Path, replace: bool) -> Result<()> {
        open::backup(&self.connection, to, replace)
    }

    /// Checks this database, which is a backup, and copies it to the path of a new database.
    ///
    /// # Errors
    /// [`Error::Damaged`] when the check has findings, [`Error::FileExists`] when a file is at the path.
    pub fn restore(&mut self, to: &Path) -> Result<()> {
        let findings = self.read()?.check().findings;
        match findings.first() {
            Some(first) => Err(Error::Damaged(format!("the backup has {} faults, first: {first}", findings.len()))),
            None => open::restore(&self.connection, to),
        }
    }

    /// Migrates a database of an older schema to the current one, after a backup next to it.
    ///
    /// # Errors
    /// [`Error::OlderSchema`] when its schema is older than [`OLDEST_SCHEMA`].
    pub fn migrate(location: &Location) -> Result<Migration> {
        migrate::migrate(location)
    }
}

/// The content of the database at one moment; all reads are its methods. A [`Tx`] is a snapshot that can also write.
#[derive(Debug)]
pub struct Snapshot<'store> {
    transaction: Transaction<'store>,
    /// The time at which it began. What is planned for later is not in force.
    at: Time,
    /// Whether an organisation or the beginning of an account code names a customer. Who writes gives the name in full: a
    /// customer that is new since a script was written must not get another one's money.
    takes_short_names: bool,
}

/// A write transaction with a stamp. Dropping it rolls back; [`Tx::commit`] commits.
#[derive(Debug)]
pub struct Tx<'store> {
    snapshot: Snapshot<'store>,
    stamp: Stamp,
    /// Whether entries may be posted after one that is dated ahead of the clock.
    accepts_clock: bool,
    /// The entry that this transaction posted last. No other transaction can post one in between.
    last_entry: Option<Entry>,
    /// Events of the audit log that are not written yet.
    pending_events: Vec<audit::PendingEvent>,
    /// Whether events are written in batches.
    many_steps: bool,
    /// The event that the events to come undo.
    undoes: Option<i64>,
    /// Whether an `attempt` is running, which may be rolled back on its own.
    attempting: bool,
    /// Released after the transaction has ended: fields are dropped in the order of their declaration.
    _turn: QueueGuard,
}

impl Snapshot<'_> {
    /// A snapshot that reads through a transaction of a test.
    #[cfg(test)]
    fn of(transaction: Transaction<'_>) -> Snapshot<'_> {
        Snapshot { transaction, at: Time::from_timestamp(jiff::Timestamp::UNIX_EPOCH), takes_short_names: false }
    }

    /// The time at which it began; that of the stamp, if it can also write.
    pub fn at(&self) -> Time {
        self.at
    }
}

impl Tx<'_> {
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

    /// Runs an operation in a savepoint: if it fails, its changes are rolled back and the transaction goes on.
    pub fn attempt<T, E>(&mut self, operation: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<Result<T, E>> {
        if self.pending_events.len() >= audit::BATCH {
            self.write_lines()?;
        }
        let waiting = self.pending_events.len();
        self.transaction.execute_batch("SAVEPOINT attempt")?;
        self.attempting = self.many_steps;
        let outcome = operation(self);
        self.attempting = false;
        if outcome.is_err() {
            self.pending_events.truncate(waiting);
            // An entry that was rolled back is not the last one.
            self.last_entry = None;
        }
        // An error that ended the whole transaction, such as a full disk, also removed the savepoint.
        if !self.transaction.is_autocommit() {
            let end = if outcome.is_ok() { "RELEASE attempt" } else { "ROLLBACK TO attempt; RELEASE attempt" };
            self.transaction.execute_batch(end)?;
        }
        Ok(outcome)
    }

    /// Commits. After it returns, a power cut loses nothing.
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
