//! The guard of the files that no output may replace: the database with its side files and locks, the configuration, the key
//! and the password file, and the files that a command reads.
//!
//! A file is recognised by its name in its folder and by device and inode, so that symbolic links, hard links and other
//! spellings of a path are recognised too.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result, quoted};
use crate::store::files::paths::folder_of;

/// What the program uses a file for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileRole {
    Database,
    /// SQLite's log and its index, and our locks.
    DatabaseSide,
    Config,
    Key,
    Password,
    /// A file that the command reads, such as one to import.
    Input,
}

impl FileRole {
    fn description(self) -> &'static str {
        match self {
            Self::Database => "the database",
            Self::DatabaseSide => "a file of the database",
            Self::Config => "the configuration file",
            Self::Key => "the key file",
            Self::Password => "the password file",
            Self::Input => "a file that this command reads",
        }
    }
}

/// What SQLite and this program append to the name of a database.
const DATABASE_SIDES: [&str; 8] = ["-wal", "-shm", "-journal", ".gate", ".turn", ".check", ".import", ".backed-up"];

/// The protected files of this process. A static, because a guard that each caller must remember to ask is none.
static PROTECTED: Mutex<Vec<(PathBuf, FileRole)>> = Mutex::new(Vec::new());

fn protected() -> MutexGuard<'static, Vec<(PathBuf, FileRole)>> {
    PROTECTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Protects a file, which need not exist, until the process ends; a database with its side files.
pub fn protect(path: &Path, role: FileRole) {
    let mut files = protected();
    files.push((path.to_owned(), role));
    if role == FileRole::Database {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        files.extend(DATABASE_SIDES.map(|side| {
            let mut name = path.clone().into_os_string();
            name.push(side);
            (PathBuf::from(name), FileRole::DatabaseSide)
        }));
    }
}

/// Refuses to write to a protected file, unless it is written in its own role.
///
/// # Errors
/// [`Error::Refused`] with the name and what the file is.
pub fn refuse_protected(path: &Path, own: Option<FileRole>) -> Result<()> {
    let output = Identity::of(path);
    let files = protected();
    let found = files.iter().find(|(file, role)| Some(*role) != own && Identity::of(file).is_same(&output));
    found.map_or(Ok(()), |(_, role)| {
        Err(Error::Refused(format!("{} is {} and is never replaced", quoted(path.display()), role.description())))
    })
}

/// What identifies a file, whether it exists or not.
struct Identity {
    file: Option<(u64, u64)>,
    folder: Option<(u64, u64)>,
    name: Option<OsString>,
    path: PathBuf,
}

impl Identity {
    fn of(path: &Path) -> Self {
        let numbers = |metadata: Metadata| (metadata.dev(), metadata.ino());
        let path = path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned());
        Self {
            file: fs::metadata(&path).ok().map(numbers),
            folder: fs::metadata(folder_of(&path)).ok().map(numbers),
            name: path.file_name().map(ToOwned::to_owned),
            path,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let is_same_file = self.file.is_some() && self.file == other.file;
        let is_same_name = self.folder.is_some() && (&self.folder, &self.name) == (&other.folder, &other.name);
        is_same_file || is_same_name || self.path == other.path
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_protected_file_is_recognised_under_every_name() {
        let folder = tempfile::tempdir().expect("folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("ssgctl.db"), "").expect("written");
        fs::hard_link(path("ssgctl.db"), path("hard")).expect("linked");
        symlink(path("ssgctl.db"), path("soft")).expect("linked");
        symlink(folder.path(), path("elsewhere")).expect("linked");
        protect(&path("ssgctl.db"), FileRole::Database);
        protect(&path("ssgctl.key"), FileRole::Key);
        let names = ["ssgctl.db", "hard", "soft", "elsewhere/ssgctl.db", "elsewhere/ssgctl.key", "ssgctl.db-wal"];
        for name in names.into_iter().chain(["ssgctl.db-shm", "ssgctl.db-journal", "elsewhere/ssgctl.db.turn"]) {
            assert!(matches!(refuse_protected(&path(name), None), Err(Error::Refused(_))), "{name}");
        }
        refuse_protected(&path("other.db"), None).expect("not protected");
        refuse_protected(&path("ssgctl.key"), Some(FileRole::Key)).expect("its own role");
        assert!(refuse_protected(&path("ssgctl.key"), Some(FileRole::Database)).is_err());
    }
}
