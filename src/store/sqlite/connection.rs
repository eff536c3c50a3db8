//! Makes and configures every connection to a database file.

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use crate::error::Result;

/// Opens an existing file and configures the connection.
pub(super) fn connect(path: &Path) -> Result<Connection> {
    Ok(connect_as(path, OpenFlags::SQLITE_OPEN_READ_WRITE, Locking::Shared)?)
}

/// How a connection holds the locks of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Locking {
    /// Only for the time of a transaction.
    Shared,
    /// From the first read on until it is closed, so that no other process can use the file.
    Exclusive,
}

/// Opens an existing file in some way and configures the connection.
pub(super) fn connect_as(path: &Path, flags: OpenFlags, locking: Locking) -> rusqlite::Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    if locking == Locking::Exclusive {
        // First, because the settings below begin to use the file.
        connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE")?;
        // The log stays: there may be no space to move it into the file.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    // Query plans do not depend on bound values, so a cached statement is never planned again.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_LENGTH, 16 * 1024 * 1024),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
        (Limit::SQLITE_LIMIT_COLUMN, 100),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 10),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 40_000),
    ] {
        connection.set_limit(limit, most)?;
    }
    // FULL: a commit that was reported survives a power cut. secure_delete: a replaced secret is gone from the file.
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON;")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// The name of a file next to a database.
pub(super) fn side_file(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
