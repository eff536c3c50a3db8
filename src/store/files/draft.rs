//! A file under a temporary name until it is complete.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::Result;
use crate::store::drafts::RegisteredDraft;
use crate::store::files::paths::{cannot_write, folder_of, sync_folder_of};
use crate::store::files::protected::{FileRole, refuse_protected};
use crate::store::files::replaced::{ReplacedFile, target_of};

/// A file with a temporary name and mode 0600. It gets its real name when it is complete, and is deleted if dropped before.
pub struct Draft {
    file: NamedTempFile,
    real: PathBuf,
    /// What the program uses the file for, unless it is an output.
    role: Option<FileRole>,
    /// Whether publishing may replace a file.
    replaces: bool,
    /// The file that existed when the draft was created.
    replaced: Option<ReplacedFile>,
    /// Lets a signal remove the file.
    _registered: RegisteredDraft,
}

impl Draft {
    /// Creates a draft of a new file, in its folder, so that publishing it is one rename.
    pub fn next_to(real: &Path) -> Result<Self> {
        Self::create(real.to_owned(), None)
    }

    /// Creates a draft of a file that the program itself uses.
    pub fn of_own(real: &Path, role: FileRole) -> Result<Self> {
        Self::create(real.to_owned(), Some(role))
    }

    /// Creates a draft that replaces the file, if there is one, and keeps its owner, group and mode. A symbolic link is
    /// followed to its target.
    ///
    /// # Errors
    /// [`Error::OwnerNotKept`](crate::Error::OwnerNotKept) when the new file cannot be given to the owner of the old one.
    pub fn replacing(real: &Path) -> Result<Self> {
        let real = target_of(real)?;
        let replaced = ReplacedFile::at(&real)?;
        let draft = Self { replaces: true, ..Self::create(real, None)? };
        if let Some(replaced) = &replaced {
            replaced.give_owner(draft.file.as_file(), &draft.real)?;
        }
        Ok(Self { replaced, ..draft })
    }

    fn create(real: PathBuf, role: Option<FileRole>) -> Result<Self> {
        refuse_protected(&real, role)?;
        let name = real.file_name().unwrap_or_default().to_string_lossy();
        let file = tempfile::Builder::new().prefix(&format!(".{name}.")).rand_bytes(16).tempfile_in(folder_of(&real));
        let file = file.map_err(|error| cannot_write(&real, &error))?;
        let registered = RegisteredDraft::new(file.path());
        Ok(Self { file, real, role, replaces: false, replaced: None, _registered: registered })
    }

    /// Writes the whole content and syncs it to disk.
    pub fn holding(mut self, content: &[u8]) -> Result<Self> {
        self.write_all(content).map_err(|error| cannot_write(&self.real, &error))?;
        self.sync()?;
        Ok(self)
    }

    /// The temporary name.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// The name that the file gets.
    pub fn real(&self) -> &Path {
        &self.real
    }

    fn sync(&self) -> Result<()> {
        self.file.as_file().sync_all().map_err(|error| cannot_write(&self.real, &error))
    }

    /// Syncs the file to disk and gives it its real name; `false` if that name is taken and the draft does not replace.
    ///
    /// The rename is atomic: after a kill the file has either its temporary name or the real one, never both.
    pub fn publish(self) -> Result<bool> {
        // Again, because the name may mean another file by now.
        refuse_protected(&self.real, self.role)?;
        if let Some(replaced) = &self.replaced {
            replaced.give_mode(self.file.as_file()).map_err(|error| cannot_write(&self.real, &error))?;
        }
        self.sync()?;
        let Self { file, real, replaces, .. } = self;
        let persisted = if replaces { file.persist(&real) } else { file.persist_noclobber(&real) };
        match persisted.map_err(io::Error::from).and_then(|_| sync_folder_of(&real)) {
            Ok(()) => Ok(true),
            Err(error) if !replaces && error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(cannot_write(&real, &error)),
        }
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_file_mut().flush()
    }
}
