//! Rows on their way from the database to whatever writes them. Of a long list one thread reads while another one writes.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Row, TableWriter};

/// How many rows are handed on together. A shorter list is not worth a thread.
const TOGETHER: usize = 256;
/// How many times as many may wait for the writer.
const WAITING: usize = 4;

/// A list being read.
pub(crate) struct Relay<'s, 'e, R: Row> {
    scope: &'s Scope<'s, 'e>,
    collected: Vec<R>,
    writer: Writer<'s, 'e, R>,
}

/// Who writes the rows.
enum Writer<'s, 'e, R: Row> {
    Here(TableWriter<'e, R>),
    There(SyncSender<Vec<R>>, ScopedJoinHandle<'s, Result<TableWriter<'e, R>>>),
    /// On its way from here to there.
    Nobody,
}

impl<'s, 'e, R: Row + Send> Relay<'s, 'e, R> {
    pub(crate) fn new(scope: &'s Scope<'s, 'e>, writer: TableWriter<'e, R>) -> Self {
        Self { scope, collected: Vec::new(), writer: Writer::Here(writer) }
    }

    pub(crate) fn row(&mut self, row: R) -> Result<()> {
        self.collected.push(row);
        if self.collected.len() == TOGETHER { self.hand_on() } else { Ok(()) }
    }

    fn hand_on(&mut self) -> Result<()> {
        let rows = std::mem::replace(&mut self.collected, Vec::with_capacity(TOGETHER));
        self.writer = match std::mem::replace(&mut self.writer, Writer::Nobody) {
            Writer::Here(writer) => {
                let (sender, receiver) = sync_channel(WAITING);
                Writer::There(sender, self.scope.spawn(move || write(writer, &receiver)))
            }
            other => other,
        };
        match &self.writer {
            Writer::There(sender, _) => sender.send(rows).map_err(|_| gone()),
            Writer::Here(_) | Writer::Nobody => Err(gone()),
        }
    }

    /// Writes what was not handed on yet, once reading has ended; gives how many rows there were.
    pub(crate) fn end(self, reading: Result<()>) -> Result<u64> {
        let mut rows = match self.writer {
            Writer::Here(rows) => rows,
            Writer::Nobody => return Err(gone()),
            Writer::There(sender, thread) => {
                drop(sender);
                // Where the writer failed, that is what stopped the reading, too.
                thread.join().map_err(|_| gone())??
            }
        };
        reading?;
        self.collected.iter().try_for_each(|row| rows.row(row))?;
        let count = rows.count();
        rows.end()?;
        Ok(count)
    }
}

/// Writes rows until no more come.
fn write<'e, R: Row>(mut writer: TableWriter<'e, R>, received: &Receiver<Vec<R>>) -> Result<TableWriter<'e, R>> {
    for rows in received {
        rows.iter().try_for_each(|row| writer.row(row))?;
    }
    Ok(writer)
}

fn gone() -> Failure {
    Failure::new(ErrorCode::Internal, "the writer of results is gone")
}
