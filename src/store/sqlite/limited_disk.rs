//! Opens a database to read where SQLite cannot make the shared memory that it usually needs: on a full disk, and on a read-only
//! file system.
//!
//! In WAL mode readers and writers coordinate through a file whose name ends in `-shm`, which even a reader has to create if
//! nobody has the database open. On a full disk the exclusive lock makes it superfluous: nobody is there to coordinate with.
//! On a read-only file system nobody writes, so the file is read as it is.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::ffi::ErrorCode;
use rusqlite::{Connection, OpenFlags};
use rustix::fs::StatVfsMountFlags;

use crate::error::{Error, Result};
use crate::store::sqlite::connection::{Locking, connect_as, side_file};

/// Connects to an existing file so that it can be read, and, where the disk permits, written. Returns its schema as well, which is
/// the first thing that is read.
pub(super) fn connect_to_read(path: &Path, wait: Duration) -> Result<(Connection, u32)> {
    let error = match connect_and_read(path, OpenFlags::SQLITE_OPEN_READ_WRITE, Locking::Shared, wait) {
        Ok(connected) => return Ok(connected),
        Err(error) => error,
    };
    match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::SystemIoFailure) if is_read_only(path) => {
            connect_immutable(path, wait)
        }
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
            connect_and_read(path, OpenFlags::SQLITE_OPEN_READ_WRITE, Locking::Exclusive, wait).map_err(|other| {
                let is_busy = other.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
                if is_busy { Error::Busy { waited: wait } } else { error.into() }
            })
        }
        _ => Err(error.into()),
    }
}

/// Connects, and reads for the first time, which opens the write-ahead log and the shared memory.
fn connect_and_read(
    path: &Path,
    flags: OpenFlags,
    locking: Locking,
    wait: Duration,
) -> rusqlite::Result<(Connection, u32)> {
    let connection = connect_as(path, flags, locking)?;
    connection.busy_timeout(wait)?;
    let schema = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok((connection, schema))
}

/// Connects to a file that cannot change. A log with content would be ignored, so it is refused.
fn connect_immutable(path: &Path, wait: Duration) -> Result<(Connection, u32)> {
    let log = side_file(path, "-wal");
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        let reason = format!(
            "its file system is read-only, and {} has changes that are not in it yet; copy both to a writable disk",
            log.display()
        );
        return Err(Error::Io { action: format!("read {}", path.display()), reason });
    }
    let mut name = OsString::from("file:").into_vec();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'%' | b'?' | b'#' => name.extend(format!("%{byte:02X}").bytes()),
            _ => name.push(*byte),
        }
    }
    name.extend(b"?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Ok(connect_and_read(Path::new(&OsString::from_vec(name)), flags, Locking::Shared, wait)?)
}

/// Whether a file is on a file system that is mounted read-only.
fn is_read_only(path: &Path) -> bool {
    rustix::fs::statvfs(path).is_ok_and(|found| found.f_flag.contains(StatVfsMountFlags::RDONLY))
}
