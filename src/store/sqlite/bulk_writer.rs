//! Bulk writing: the one place that knows the cache sizes, the log and the extra connections of an operation of very many rows.
//!
//! A commit puts pages into SQLite's log; a checkpoint copies them from there into the database. Where the writer did both, it
//! would wait for the disk twice, so a thread with a connection of its own does the second while the writer goes on:
//!
//! ```text
//! BulkWriter::write ──▶ log ──▶ database
//!        │                  ▲
//!        └─ committed ──▶ checkpointer
//! ```

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;

use crate::error::Result;
use crate::model::Origin;
use crate::store::Clock;
use crate::store::sqlite::{Snapshot, Store, Tx, connection};

/// How much of the database each connection of a bulk writer keeps in memory: about as much as a batch of messages changes.
/// SQLite would otherwise write pages to the log and read them again, several times in one transaction.
const CACHE_MIB: u16 = 32;
/// The same for one large transaction, which changes more than a batch.
pub(super) const CACHE_OF_ONE_TRANSACTION_MIB: u16 = 64;

/// How large the log may become before the writer itself does a checkpoint. Only that begins the log anew, because the
/// checkpointer is always a transaction behind; a smaller limit makes the writer wait more often.
const LOG_MIB: i32 = 192;
const PAGES_PER_MIB: i32 = 256;

/// Writes very many rows in many transactions, each of which lets other writers pass.
#[derive(Debug)]
pub struct BulkWriter<'s> {
    store: &'s mut Store,
    has_committed: bool,
    checkpointer: Option<Checkpointer>,
}

impl Store {
    /// Prepares for an operation that reads and writes very many rows.
    pub fn bulk_writer(&mut self) -> Result<BulkWriter<'_>> {
        set_cache(&self.connection, CACHE_MIB)?;
        Ok(BulkWriter { store: self, has_committed: false, checkpointer: None })
    }
}

impl BulkWriter<'_> {
    /// Begins to read, as [`Store::read`] does.
    pub fn read(&mut self) -> Result<Snapshot<'_>> {
        self.store.read()
    }

    /// What another thread needs to read the same database at the same time.
    pub fn helper(&self) -> HelperConnection {
        HelperConnection { path: self.store.path.clone(), wait: self.store.wait, clock: self.store.clock }
    }

    /// Begins a transaction that is dropped in the end: a dry run.
    pub fn dry_run(&mut self, origin: &Origin) -> Result<Tx<'_>> {
        let mut tx = self.store.write(origin)?;
        tx.many_steps = true;
        Ok(tx)
    }

    /// Does some work in one transaction and commits it.
    pub fn write<T>(&mut self, origin: &Origin, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        // After a single transaction the writer does the checkpoint itself, which needs no second connection.
        if self.has_committed && self.checkpointer.is_none() {
            self.store.connection.pragma_update(None, "wal_autocheckpoint", LOG_MIB * PAGES_PER_MIB)?;
            self.checkpointer = Some(Checkpointer::start(self.helper()));
        }
        let mut tx = self.dry_run(origin)?;
        let outcome = work(&mut tx)?;
        tx.commit()?;
        self.has_committed = true;
        if let Some(checkpointer) = &self.checkpointer {
            checkpointer.notify();
        }
        Ok(outcome)
    }
}

pub(super) fn set_cache(connection: &Connection, mebibytes: u16) -> Result<()> {
    // Below zero it is KiB, above it pages.
    Ok(connection.pragma_update(None, "cache_size", -1024 * i32::from(mebibytes))?)
}

/// A thread that moves what was committed from the log into the database.
#[derive(Debug)]
struct Checkpointer {
    /// Dropped before the thread is waited for, which then ends.
    committed: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    fn start(helper: HelperConnection) -> Self {
        let (committed, commits) = sync_channel(1);
        let thread = thread::spawn(move || checkpoint_after(&helper, &commits));
        Self { committed: Some(committed), thread: Some(thread) }
    }

    /// Says that there is more to move.
    fn notify(&self) {
        // One commit waits already: then a checkpoint is due anyway, and it moves both.
        let _ = self.committed.as_ref().map(|committed| committed.try_send(()));
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.committed = None;
        // It has no result: what it could not move stays in the log, from which any later checkpoint moves it.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn checkpoint_after(helper: &HelperConnection, commits: &Receiver<()>) {
    let mut store = None;
    for () in commits {
        let opened = match &store {
            Some(store) => Ok(store),
            None => helper.open().map(|opened| &*store.insert(opened)),
        };
        // Passive: it moves what readers and other checkpoints let, and waits for nobody.
        let _ = opened
            .map(|store: &Store| store.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).is_ok());
    }
}

/// Makes a second connection to an open database, for a helper thread.
#[derive(Debug, Clone)]
pub struct HelperConnection {
    path: PathBuf,
    wait: Duration,
    clock: Clock,
}

impl HelperConnection {
    /// Connects. The file was examined when it was opened first and is not opened again for that: closing a file gives up every
    /// lock that the process has on it, those of SQLite included.
    pub fn open(&self) -> Result<Store> {
        let connection = connection::connect(&self.path)?;
        connection.busy_timeout(self.wait)?;
        set_cache(&connection, CACHE_MIB)?;
        let (path, wait, clock) = (self.path.clone(), self.wait, self.clock);
        Ok(Store { connection, path, wait, clock, accepts_clock: false })
    }
}
