//! Translates SQLite's errors into the program's. No SQL text reaches the user.

use std::time::Duration;

use rusqlite::ffi;
use rusqlite::ffi::ErrorCode;

use crate::error::Error;

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            // The message of `sum()`; see https://sqlite.org/lang_aggfunc.html#sumunc.
            rusqlite::Error::SqliteFailure(_, Some(message)) if message == "integer overflow" => {
                Self::Overflow { what: "a sum in the database" }
            }
            rusqlite::Error::SqliteFailure(failure, _) => by_code(failure.code, failure.extended_code),
            rusqlite::Error::FromSqlConversionFailure(column, _, reason) => {
                Self::Damaged(format!("column {column} of a row: {reason}"))
            }
            rusqlite::Error::InvalidColumnType(_, column, kind) => {
                Self::Damaged(format!("column {column} holds {kind}"))
            }
            rusqlite::Error::IntegralValueOutOfRange(column, _) => {
                Self::Damaged(format!("column {column} of a row is out of range"))
            }
            _ => Self::Internal("a statement does not fit the database".to_owned()),
        }
    }
}

fn by_code(code: ErrorCode, extended: i32) -> Error {
    let io = |reason: &str| Error::Io { action: "use the database".to_owned(), reason: reason.to_owned() };
    match code {
        // Callers that know the wait replace it; see `Store::write`.
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Error::Busy { waited: Duration::ZERO },
        ErrorCode::DiskFull => io("no space left on its disk"),
        ErrorCode::ReadOnly => io("the file, its folder or its file system is read-only"),
        ErrorCode::PermissionDenied => io("permission denied"),
        ErrorCode::CannotOpen => io("the file cannot be opened"),
        ErrorCode::SystemIoFailure => io(io_failure(extended)),
        ErrorCode::FileLockingProtocolFailed => io("file locks do not work here"),
        ErrorCode::TooBig => Error::Refused("a value is larger than the database takes".to_owned()),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            Error::Damaged("its pages contradict each other".to_owned())
        }
        ErrorCode::ConstraintViolation => Error::Internal(format!("a rule of the database was broken ({extended})")),
        other => Error::Internal(format!("SQLite reports {other:?} ({extended})")),
    }
}

/// What an input or output error is, in words; see <https://sqlite.org/rescode.html>.
fn io_failure(extended: i32) -> &'static str {
    match extended {
        ffi::SQLITE_IOERR_READ | ffi::SQLITE_IOERR_CORRUPTFS => "its disk reports an error while reading",
        ffi::SQLITE_IOERR_SHORT_READ => "the file is shorter than it should be",
        ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_TRUNCATE => {
            "its disk reports an error while writing, or the file may not grow any more"
        }
        ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC => "its disk did not confirm that the data is written",
        ffi::SQLITE_IOERR_SHMSIZE => "no space left on its disk for the file that ends in -shm",
        ffi::SQLITE_IOERR_SHMOPEN | ffi::SQLITE_IOERR_SHMMAP => "the file that ends in -shm cannot be used",
        ffi::SQLITE_IOERR_LOCK
        | ffi::SQLITE_IOERR_RDLOCK
        | ffi::SQLITE_IOERR_UNLOCK
        | ffi::SQLITE_IOERR_SHMLOCK
        | ffi::SQLITE_IOERR_CHECKRESERVEDLOCK => "file locks do not work here",
        ffi::SQLITE_IOERR_DELETE | ffi::SQLITE_IOERR_DELETE_NOENT => "a file next to it cannot be removed",
        ffi::SQLITE_IOERR_NOMEM => "there is not enough memory",
        _ => "its disk reports an error",
    }
}
