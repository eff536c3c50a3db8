//! A database that gets its name only when it is complete, so that a failed import leaves no file. A dry run drops it.

use std::path::{Path, PathBuf};

use tempfile::{TempDir, TempPath};

use crate::error::{Error, Result};
use crate::store::drafts::RegisteredDraft;
use crate::store::files::{FileRole, make_private_folder, refuse_protected};
use crate::store::sqlite::open::{self, Location};
use crate::store::{Clock, Store};

/// Where a new database is until it is complete: a private folder next to its real name, which is removed when dropped.
#[derive(Debug)]
pub struct NewDatabase {
    folder: TempDir,
    real: PathBuf,
    _registered: RegisteredDraft,
}

impl NewDatabase {
    /// Creates an empty database that does not have its real name yet.
    ///
    /// # Errors
    /// [`Error::Refused`] when the log of a lost database lies at the real name.
    pub fn begin(location: &Location, clock: Clock) -> Result<(Self, Store)> {
        let real = location.path.clone();
        open::refuse_side_files(&real)?;
        refuse_protected(&real, Some(FileRole::Database))?;
        let parent = real.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        make_private_folder(parent)?;
        let name = real.file_name().unwrap_or_default();
        let prefix = format!(".{}.", name.to_string_lossy());
        let folder = tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir_in(parent)
            .map_err(|error| Error::io(format_args!("write {}", real.display()), &error))?;
        let registered = RegisteredDraft::new(folder.path());
        let path = folder.path().join(name);
        let store = Store::open(&Location { path, create: true, wait: location.wait }, clock)?;
        Ok((Self { folder, real, _registered: registered }, store))
    }

    /// Gives the database its real name. Closing it moves its write-ahead log into the file first.
    ///
    /// # Errors
    /// [`Error::FileExists`] when another process has created the database in the meantime.
    pub fn publish(self, store: Store) -> Result<()> {
        let path = store.path().to_owned();
        store.close()?;
        open::refuse_side_files(&self.real)?;
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => Error::FileExists { path: self.real.clone() },
            _ => Error::io(format_args!("write {}", self.real.display()), &error),
        };
        let file = TempPath::try_from_path(&path).map_err(failed)?;
        file.persist_noclobber(&self.real).map_err(|error| failed(error.error))?;
        std::fs::File::open(self.folder.path().parent().unwrap_or(Path::new(".")))
            .and_then(|parent| parent.sync_all())
            .map_err(failed)
    }
}
