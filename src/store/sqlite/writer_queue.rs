//! The turnstile: writers of one database take turns, in the order in which they came.
//!
//! SQLite lets waiting writers try again after ever longer pauses, so that somebody late can pass somebody who sleeps, and
//! under load one starves. Two locks of the operating system order them instead: whoever holds the gate is next, whoever
//! holds the turn writes. Both vanish with their process. They only order: SQLite's own lock is what keeps writers apart,
//! so where these cannot be had, nothing is lost but the order.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// The right to write, or to import; given up when dropped.
#[derive(Debug)]
pub struct QueueGuard {
    _turn: Option<File>,
}

/// Waits for its turn at a database, at most so long.
///
/// # Errors
/// [`Error::Busy`] when the turn did not come in time.
pub(super) fn queue_for_write(database: &Path, wait: Duration) -> Result<QueueGuard> {
    let deadline = Instant::now() + wait;
    let (Ok(gate), Ok(turn)) = (open(database, "gate"), open(database, "turn")) else {
        return Ok(QueueGuard { _turn: None });
    };
    let left = || deadline.saturating_duration_since(Instant::now());
    let busy = || Error::Busy { waited: wait };
    let gate = lock(gate, left()).ok_or_else(busy)?;
    let turn = lock(turn, left()).ok_or_else(busy)?;
    drop(gate);
    Ok(QueueGuard { _turn: Some(turn) })
}

/// Waits until nobody else imports traffic into a database, at most so long. Other writers are not kept from anything.
///
/// # Errors
/// [`Error::Busy`] when somebody else was at it all the time.
pub(super) fn lock_imports(database: &Path, wait: Duration) -> Result<QueueGuard> {
    let Ok(file) = open(database, "import") else { return Ok(QueueGuard { _turn: None }) };
    let file = lock(file, wait).ok_or(Error::Busy { waited: wait })?;
    Ok(QueueGuard { _turn: Some(file) })
}

fn open(database: &Path, ending: &str) -> std::io::Result<File> {
    let mut name = database.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(PathBuf::from(name))
}

/// Locks a file; nothing if that took too long. A file system without locks is as good as one where nobody else is.
fn lock(file: File, wait: Duration) -> Option<File> {
    match file.try_lock() {
        Ok(()) | Err(TryLockError::Error(_)) => return Some(file),
        Err(TryLockError::WouldBlock) => {}
    }
    // Only a lock that is waited for without a pause comes in order, and such a wait has no end of its own: it is left to a
    // thread. If the wait is given up, the lock falls to the thread and is given back with the file.
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let locked = file.lock();
        // Nobody receives it any more when the wait was given up.
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
    fn a_folder_that_cannot_be_written_stops_nobody() {
        assert!(queue_for_write(Path::new("/proc/no/such/folder/a.db"), Duration::ZERO).is_ok());
    }
}
