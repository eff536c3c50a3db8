//! Passes rows from the thread that reads the database to a thread that formats and writes them, so that long exports use
//! two cores.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use crate::exit::{ErrorCode, Failure, Result};
use crate::output::row::Row;
use crate::output::table_writer::TableWriter;

/// Rows per batch. A list shorter than one batch is written without a thread: starting one would cost more than it saves.
const BATCH: usize = 256;
/// Batches that may wait for the writer before the reader has to wait, which bounds memory.
const QUEUE: usize = 4;

/// The reading end of an export.
pub(crate) struct Relay<'s, 'e, R: Row> {
    scope: &'s Scope<'s, 'e>,
    batch: Vec<R>,
    state: RelayState<'s, 'e, R>,
}

/// Which thread has the writer.
enum RelayState<'s, 'e, R: Row> {
    /// This one: no batch is full yet.
    Idle(TableWriter<'e, R>),
    /// A thread of its own, which returns the writer when it ends.
    Running(SyncSender<Vec<R>>, ScopedJoinHandle<'s, Result<TableWriter<'e, R>>>),
    /// Neither, while the writer moves from one to the other.
    Starting,
}

impl<'s, 'e, R: Row + Send> Relay<'s, 'e, R> {
    pub(crate) fn new(scope: &'s Scope<'s, 'e>, writer: TableWriter<'e, R>) -> Self {
        Self { scope, batch: Vec::new(), state: RelayState::Idle(writer) }
    }

    pub(crate) fn row(&mut self, row: R) -> Result<()> {
        self.batch.push(row);
        if self.batch.len() == BATCH { self.send_batch() } else { Ok(()) }
    }

    fn send_batch(&mut self) -> Result<()> {
        let rows = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.state = match std::mem::replace(&mut self.state, RelayState::Starting) {
            RelayState::Idle(writer) => {
                let (tx, rx) = sync_channel(QUEUE);
                RelayState::Running(tx, self.scope.spawn(move || write_batches(writer, &rx)))
            }
            other => other,
        };
        match &self.state {
            RelayState::Running(tx, _) => tx.send(rows).map_err(|_| writer_stopped()),
            RelayState::Idle(_) | RelayState::Starting => Err(writer_stopped()),
        }
    }

    /// Writes the last batch once reading has ended, and returns the number of rows.
    pub(crate) fn end(self, reading: Result<()>) -> Result<u64> {
        let mut writer = match self.state {
            RelayState::Idle(writer) => writer,
            RelayState::Starting => return Err(writer_stopped()),
            RelayState::Running(tx, thread) => {
                drop(tx);
                // A failed writer also stops the reader. Its own error says why, so it comes first.
                thread.join().map_err(|_| writer_stopped())??
            }
        };
        reading?;
        self.batch.iter().try_for_each(|row| writer.row(row))?;
        let count = writer.count();
        writer.end()?;
        Ok(count)
    }
}

/// Writes batches until the sender is dropped.
fn write_batches<'e, R: Row>(mut writer: TableWriter<'e, R>, batches: &Receiver<Vec<R>>) -> Result<TableWriter<'e, R>> {
    for rows in batches {
        rows.iter().try_for_each(|row| writer.row(row))?;
    }
    Ok(writer)
}

fn writer_stopped() -> Failure {
    Failure::new(ErrorCode::Internal, "the thread that writes results has stopped")
}
