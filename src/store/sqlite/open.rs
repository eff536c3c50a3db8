//! Opens, creates, copies and restores database files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;

use crate::error::{Error, Result, quoted};
use crate::store::files::{DraftDatabase, make_private_folder};
use crate::store::sqlite::connection::{connect, side_file};
use crate::store::sqlite::limited_disk::connect_to_read;
use crate::store::sqlite::schema::{self, APPLICATION_ID, OLDEST_SCHEMA, SCHEMA_VERSION, STEPS};

/// Where a database is and how to open it.
#[derive(Debug, Clone)]
pub struct Location {
    pub path: PathBuf,
    /// Whether a missing database is created.
    pub create: bool,
    /// How long to wait for a write lock that another process holds.
    pub wait: Duration,
}

/// The version of the linked SQLite.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// The exact source of the linked SQLite: date and hash of its check-in.
pub fn sqlite_source() -> Result<String> {
    let connection = Connection::open_in_memory()?;
    Ok(connection.query_row("SELECT sqlite_source_id()", [], |row| row.get(0))?)
}

/// Opens a database of the current schema, creating it first if the location allows that. Returns the connection and the file's
/// canonical name.
pub(super) fn open(location: &Location) -> Result<(Connection, PathBuf)> {
    refuse_unsafe_sqlite()?;
    if location.create && location.path.symlink_metadata().is_err() {
        create(&location.path)?;
    }
    let (connection, path, found) = connect_to_ours(location, SCHEMA_VERSION)?;
    match found {
        SCHEMA_VERSION => Ok((connection, path)),
        found => Err(Error::OlderSchema { path, found, known: SCHEMA_VERSION }),
    }
}

/// Connects to an existing database of ssgctl whose schema is between [`OLDEST_SCHEMA`] and `newest`. Returns the connection, the
/// file's canonical name and its schema.
pub(super) fn connect_to_ours(location: &Location, newest: u32) -> Result<(Connection, PathBuf, u32)> {
    if location.path.symlink_metadata().is_err() {
        return Err(Error::NoDatabase { path: location.path.clone() });
    }
    let path = canonical(&location.path)?;
    refuse_foreign(&path, newest)?;
    let (connection, found) = connect_to_read(&path, location.wait)?;
    if found > newest {
        // The newer schema is only in the write-ahead log. The last connection to close would move the log into the file, so
        // this one must leave it: an older program must not change a newer database.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        return Err(Error::NewerSchema { path, found, known: newest });
    }
    refuse_missing_tables(&connection, &path)?;
    Ok((connection, path, found))
}

/// Refuses a file that is marked as ours and is not: without this, every command would fail in its own way.
fn refuse_missing_tables(connection: &Connection, path: &Path) -> Result<()> {
    for table in [c"customer", c"smpp_account", c"balance", c"entry", c"outbox_email", c"message", c"event"] {
        // Asks the schema in memory, which a query of sqlite_schema would read once more.
        if !connection.table_exists(Some(c"main"), table)? {
            return Err(Error::Foreign { path: path.to_owned(), reason: "it is marked as one, but lacks its tables" });
        }
    }
    Ok(())
}

/// Creates a database under a temporary name and renames it when it is complete.
///
/// A killed process leaves no incomplete database, and if two processes create it at once, one wins.
fn create(path: &Path) -> Result<()> {
    refuse_side_files(path)?;
    if let Some(folder) = path.parent() {
        make_private_folder(folder)?;
    }
    let draft = DraftDatabase::of_own(path)?;
    make_schema(&draft)?;
    draft.publish()?;
    Ok(())
}

/// Makes the tables of an empty database.
pub(super) fn make_schema(draft: &DraftDatabase) -> Result<()> {
    let mut connection = connect(&canonical(&draft.path())?)?;
    schema::apply(STEPS, &mut connection)?;
    // Last, so that everything is in the file itself, and nothing in a write-ahead log, when it is renamed.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.close().map_err(|(_, error)| Error::from(error))
}

/// Copies a database page by page into a new private file, which gets its name when it is complete and checked.
///
/// The copy is a single file without a write-ahead log, so it can be read from read-only media.
pub(super) fn backup(from: &Connection, to: &Path, replace: bool) -> Result<()> {
    if !replace && to.symlink_metadata().is_ok() {
        return Err(exists(to));
    }
    if is_file_of(from, to) {
        return Err(Error::Refused(format!("{} is the database itself", quoted(to.display()))));
    }
    refuse_side_files(to)?;
    let draft = if replace { DraftDatabase::replacing(to) } else { DraftDatabase::next_to(to) }?;
    if copy(from, draft, "DELETE")?.publish()? { Ok(()) } else { Err(exists(to)) }
}

/// Copies a backup to the path of a database; a file there is an error.
pub(super) fn restore(from: &Connection, to: &Path) -> Result<()> {
    if to.symlink_metadata().is_ok() {
        return Err(exists(to));
    }
    refuse_side_files(to)?;
    if let Some(folder) = to.parent() {
        make_private_folder(folder)?;
    }
    let draft = DraftDatabase::of_own(to)?;
    if copy(from, draft, "WAL")?.publish()? { Ok(()) } else { Err(exists(to)) }
}

fn exists(path: &Path) -> Error {
    Error::FileExists { path: path.to_owned() }
}

/// Copies a database into a draft and checks the copy.
fn copy(from: &Connection, draft: DraftDatabase, journal_mode: &str) -> Result<DraftDatabase> {
    let to = draft.real().to_owned();
    fill(from, draft, journal_mode).map_err(|error| match error {
        // SQLite does not say which of the two files it could not use; the one that is written is the likely one.
        Error::Io { reason, .. } => Error::Io { action: format!("write {}", to.display()), reason },
        other => other,
    })
}

fn fill(from: &Connection, draft: DraftDatabase, journal_mode: &str) -> Result<DraftDatabase> {
    let mut copy = connect(&canonical(&draft.path())?)?;
    // All pages in one step: the copy is of one moment, and no writer can make the backup start again.
    Backup::new(from, &mut copy)?.run_to_completion(i32::MAX, Duration::from_millis(50), None)?;
    let verdict: String = copy.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if verdict != "ok" {
        return Err(Error::Damaged(format!("the copy fails its check: {verdict}")));
    }
    copy.pragma_update(None, "journal_mode", journal_mode)?;
    copy.close().map_err(|(_, error)| Error::from(error))?;
    Ok(draft)
}

/// Whether a path leads to the file of an open database.
fn is_file_of(connection: &Connection, path: &Path) -> bool {
    let Some(open) = connection.path().and_then(|open| fs::metadata(open).ok()) else { return false };
    path.metadata().is_ok_and(|found| (found.dev(), found.ino()) == (open.dev(), open.ino()))
}

/// Refuses a path with the log of a lost database next to it: SQLite would apply that log to the new one.
pub(super) fn refuse_side_files(path: &Path) -> Result<()> {
    for side in ["-wal", "-shm", "-journal"] {
        let log = side_file(path, side);
        // The log is tested first: if another process creates the database in between, its log is not mistaken for a stray.
        if log.symlink_metadata().is_ok() && path.symlink_metadata().is_err() {
            let log = log.display();
            return Err(Error::Refused(format!("{log} belongs to a database that does not exist; move it away")));
        }
    }
    Ok(())
}

/// The canonical name of an existing database file. SQLite names the write-ahead log after the file, so a second name, by a
/// symbolic or hard link, would mean a second log and lost data; such files are refused.
fn canonical(path: &Path) -> Result<PathBuf> {
    let failed = |error: io::Error| Error::io(format_args!("open {}", path.display()), &error);
    let metadata = path.symlink_metadata().map_err(failed)?;
    let refused = |reason| Error::Foreign { path: path.to_owned(), reason };
    if metadata.is_symlink() {
        return Err(refused("it is a symbolic link; name the file itself"));
    }
    if !metadata.is_file() {
        return Err(refused("it is not a regular file"));
    }
    if metadata.nlink() > 1 {
        return Err(refused("it has a second name by a hard link; remove that name or copy the file"));
    }
    fs::canonicalize(path).map_err(failed)
}

/// Reads the file's header before SQLite opens it, so that a foreign file is not changed in any way.
fn refuse_foreign(path: &Path, newest: u32) -> Result<()> {
    let mut header = [0; 100];
    File::open(path).and_then(|mut file| file.read_exact(&mut header)).or_else(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Ok(()),
        _ => Err(Error::io(format_args!("open {}", path.display()), &error)),
    })?;
    let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let refused = |reason| Err(Error::Foreign { path: path.to_owned(), reason });
    if !header.starts_with(b"SQLite format 3\0") {
        return refused("it is not an SQLite file");
    }
    if number(68) != APPLICATION_ID {
        return refused("another program made it");
    }
    let (path, found, known) = (path.to_owned(), number(60), newest);
    match found {
        OLDEST_SCHEMA.. if found <= newest => Ok(()),
        OLDEST_SCHEMA.. => Err(Error::NewerSchema { path, found, known }),
        _ => Err(Error::OlderSchema { path, found, known }),
    }
}

/// Refuses SQLite versions 3.7.0 to 3.51.2, which can lose committed pages when a checkpoint races a commit in WAL mode.
pub(super) fn refuse_unsafe_sqlite() -> Result<()> {
    if loses_data(rusqlite::version_number()) {
        return Err(Error::UnsafeSqlite(sqlite_version().to_owned()));
    }
    Ok(())
}

/// Whether a version, as SQLite numbers them, is older than the first one without that fault.
const fn loses_data(version: i32) -> bool {
    version < 3_051_003
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_lose_data_are_refused() {
        for (version, is_refused) in [(3_007_000, true), (3_040_001, true), (3_051_002, true), (3_051_003, false)] {
            assert_eq!(loses_data(version), is_refused, "{version}");
        }
        assert!(!loses_data(rusqlite::version_number()), "{}", rusqlite::version());
        refuse_unsafe_sqlite().expect("the version that is built in loses nothing");
    }
}
