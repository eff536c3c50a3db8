//! When a database was last backed up: the modification time of an empty file next to it, such as `ssgctl.db.backed-up`.
//!
//! The database does not have it: a backup must not change what it copies, and another program that makes backups can note the time
//! with `touch`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::model::{Time, time_of};
use crate::store::files::open_lock;

const ENDING: &str = "backed-up";

/// The file whose time says when a database was last backed up.
pub fn backup_stamp(database: &Path) -> PathBuf {
    let name: OsString = [database.as_os_str(), ".".as_ref(), ENDING.as_ref()].into_iter().collect();
    name.into()
}

/// Notes that a database was backed up. Returns `false` if the file cannot be written.
pub fn note_backup(database: &Path, at: Time) -> bool {
    let seconds = u64::try_from(at.timestamp().as_second()).unwrap_or_default();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    open_lock(database, ENDING).ok().flatten().is_some_and(|file| file.set_modified(time).is_ok())
}

/// When a database was last backed up, if that is known.
pub fn last_backup(database: &Path) -> Option<Time> {
    let found = backup_stamp(database).symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
    let since = found.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    time_of(i64::try_from(since.as_secs()).ok()?)
}
