//! A database in a private folder until it is complete.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::error::Result;
use crate::store::drafts::DraftFolder;
use crate::store::files::paths::cannot_write;
use crate::store::files::protected::FileRole;
use crate::store::files::target::Target;

/// A database file with mode 0600 in a private folder next to its real name, because SQLite must open it by a name and puts its
/// log next to it. It gets its real name when it is complete, and the folder is removed when dropped.
pub struct DraftDatabase {
    folder: DraftFolder,
    target: Target,
}

impl DraftDatabase {
    /// Creates a draft of a new database that the program itself uses.
    pub fn of_own(real: &Path) -> Result<Self> {
        Self::create(Target::new(real, Some(FileRole::Database))?)
    }

    /// Creates a draft of a copy of a database.
    pub fn next_to(real: &Path) -> Result<Self> {
        Self::create(Target::new(real, None)?)
    }

    /// Like [`Draft::replacing`](super::Draft::replacing), for a copy of a database.
    pub fn replacing(real: &Path) -> Result<Self> {
        Self::create(Target::replacing(real)?)
    }

    fn create(target: Target) -> Result<Self> {
        let failed = |error| cannot_write(&target.real, &error);
        let folder = DraftFolder::create(target.folder(), &target.name()).map_err(failed)?;
        let draft = Self { folder, target };
        let mut options = OpenOptions::new();
        let file = options.create_new(true).write(true).mode(0o600).open(draft.path());
        draft.target.give_owner(&file.map_err(|error| cannot_write(draft.real(), &error))?)?;
        Ok(draft)
    }

    /// The temporary path.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join(self.target.real.file_name().unwrap_or_default())
    }

    /// The name that the file gets.
    pub fn real(&self) -> &Path {
        &self.target.real
    }

    /// Like [`Draft::publish`](super::Draft::publish). All connections to the file must be closed.
    pub fn publish(self) -> Result<bool> {
        let failed = |error| cannot_write(self.real(), &error);
        let path = self.path();
        let file = File::open(&path).map_err(failed)?;
        let path = TempPath::try_from_path(path).map_err(failed)?;
        self.target.publish(&file, |real| {
            let persisted = if self.target.replaces { path.persist(real) } else { path.persist_noclobber(real) };
            persisted.map_err(|error| error.error)
        })
    }
}
