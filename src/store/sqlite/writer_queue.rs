//! Queues the writers of a database, so that they write in the order in which they arrived.
//!
//! SQLite's busy handler retries after growing pauses: a new writer can overtake a sleeping one, and under load a writer
//! starves. Two file locks order the writers instead. A writer waits for the lock on `.gate`, then, as the next in line, for
//! the lock on `.turn`, which it keeps while it writes. The operating system releases both when the process ends. They only
//! order: SQLite's own lock excludes other writers, so where file locks do not work, only the order is lost.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::store::files::open_lock;

/// The right to write, or to import; released when dropped.
#[derive(Debug)]
pub struct QueueGuard {
    _turn: Option<File>,
}

/// Waits, at most for `wait`, until it is this writer's turn.
///
/// # Errors
/// [`Error::Busy`] when the wait is over.
pub(super) fn queue_for_write(database: &Path, wait: Duration) -> Result<QueueGuard> {
    let deadline = Instant::now() + wait;
    let (Some(gate), Some(turn)) = (open_lock(database, "gate")?, open_lock(database, "turn")?) else {
        return Ok(QueueGuard { _turn: None });
    };
    let left = || deadline.saturating_duration_since(Instant::now());
    let busy = || Error::Busy { waited: wait };
    let gate = lock(gate, left()).ok_or_else(busy)?;
    let turn = lock(turn, left()).ok_or_else(busy)?;
    drop(gate);
    Ok(QueueGuard { _turn: Some(turn) })
}

/// Waits, at most for `wait`, until no other process imports traffic. Other writers are not blocked.
///
/// # Errors
/// [`Error::Busy`] when the wait is over.
pub(super) fn lock_imports(database: &Path, wait: Duration) -> Result<QueueGuard> {
    let Some(file) = open_lock(database, "import")? else { return Ok(QueueGuard { _turn: None }) };
    let file = lock(file, wait).ok_or(Error::Busy { waited: wait })?;
    Ok(QueueGuard { _turn: Some(file) })
}

/// Locks a file; `None` when the wait is over. Where the file system has no locks, the file counts as locked.
fn lock(file: File, wait: Duration) -> Option<File> {
    match file.try_lock() {
        Ok(()) | Err(TryLockError::Error(_)) => return Some(file),
        Err(TryLockError::WouldBlock) => {}
    }
    // Only a blocking wait is served in order, and it has no timeout, so a thread waits. If this wait times out, the thread
    // gets the lock later and releases it when it drops the file.
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let locked = file.lock();
        // Sending fails if the wait has timed out.
        let _ = sender.send(locked.is_ok().then_some(file));
    });
    receiver.recv_timeout(wait).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[test]
    fn one_turn_at_a_time_and_none_after_the_wait() {
        let folder = tempfile::tempdir().expect("folder");
        let database = folder.path().join("a.db");
        let first = queue_for_write(&database, Duration::ZERO).expect("free");
        assert!(matches!(queue_for_write(&database, Duration::from_millis(20)), Err(Error::Busy { .. })));
        drop(first);
        queue_for_write(&database, Duration::from_secs(5)).expect("free again");
    }

    #[test]
    fn every_writer_gets_its_turn_and_never_two_at_once() {
        let folder = tempfile::tempdir().expect("folder");
        let database = folder.path().join("a.db");
        let inside = Arc::new(Mutex::new(()));
        let writers: Vec<_> = (0..8)
            .map(|_| {
                let (database, inside) = (database.clone(), Arc::clone(&inside));
                thread::spawn(move || {
                    for _ in 0..50 {
                        let _turn = queue_for_write(&database, Duration::from_mins(1)).expect("a turn");
                        let _alone = inside.try_lock().expect("nobody else is inside");
                    }
                })
            })
            .collect();
        assert!(writers.into_iter().all(|writer| writer.join().is_ok()));
    }

    #[test]
    fn a_lock_file_that_is_a_symbolic_link_is_refused_and_its_target_not_created() {
        let folder = tempfile::tempdir().expect("folder");
        let (database, target) = (folder.path().join("a.db"), folder.path().join("target"));
        for ending in ["gate", "turn", "import"] {
            let link = folder.path().join(format!("a.db.{ending}"));
            let _ = std::fs::remove_file(&link);
            std::os::unix::fs::symlink(&target, &link).expect("a link");
            let refused = match ending {
                "import" => lock_imports(&database, Duration::ZERO),
                _ => queue_for_write(&database, Duration::ZERO),
            };
            let error = refused.expect_err("refused").to_string();
            assert!(error.contains(ending) && error.contains("symbolic link; remove it"), "{error}");
            assert!(!target.exists());
            std::fs::remove_file(&link).expect("removed");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_stops_nobody() {
        assert!(queue_for_write(Path::new("/proc/no/such/folder/a.db"), Duration::ZERO).is_ok());
    }
}
