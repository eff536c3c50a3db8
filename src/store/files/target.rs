//! The name that a new file gets when it is complete, and what is checked before it gets it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::store::files::paths::{cannot_write, folder_of, sync_folder_of};
use crate::store::files::protected::{FileRole, refuse_protected};
use crate::store::files::replaced::{ReplacedFile, target_of};

/// The real name of a draft.
pub(super) struct Target {
    pub(super) real: PathBuf,
    /// What the program uses the file for, unless it is an output.
    role: Option<FileRole>,
    /// Whether publishing may replace a file.
    pub(super) replaces: bool,
    /// The file that existed when the draft was created.
    replaced: Option<ReplacedFile>,
}

impl Target {
    /// A name that nothing may have yet.
    pub(super) fn new(real: &Path, role: Option<FileRole>) -> Result<Self> {
        refuse_protected(real, role)?;
        Ok(Self { real: real.to_owned(), role, replaces: false, replaced: None })
    }

    /// A name that may be taken by a file, which hands on its owner, group and mode. A symbolic link is followed to its target.
    pub(super) fn replacing(real: &Path) -> Result<Self> {
        Self::replacing_in_role(real, None)
    }

    /// The same for a file that the program itself uses.
    pub(super) fn replacing_own(real: &Path, role: FileRole) -> Result<Self> {
        Self::replacing_in_role(real, Some(role))
    }

    fn replacing_in_role(real: &Path, role: Option<FileRole>) -> Result<Self> {
        let real = target_of(real)?;
        let replaced = ReplacedFile::at(&real)?;
        Ok(Self { replaces: true, replaced, ..Self::new(&real, role)? })
    }

    pub(super) fn folder(&self) -> &Path {
        folder_of(&self.real)
    }

    pub(super) fn name(&self) -> String {
        self.real.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Gives a new file to the owner of the file that it replaces, while it is still empty.
    ///
    /// # Errors
    /// [`Error::OwnerNotKept`](crate::Error::OwnerNotKept) when that is refused.
    pub(super) fn give_owner(&self, file: &File) -> Result<()> {
        self.replaced.as_ref().map_or(Ok(()), |replaced| replaced.give_owner(file, &self.real))
    }

    pub(super) fn sync(&self, file: &File) -> Result<()> {
        file.sync_all().map_err(|error| cannot_write(&self.real, &error))
    }

    /// Prepares a complete file and lets `name_it` give it the real name; `false` if that name is taken and is not replaced.
    pub(super) fn publish(&self, file: &File, name_it: impl FnOnce(&Path) -> io::Result<()>) -> Result<bool> {
        // Again, because the name may mean another file by now.
        refuse_protected(&self.real, self.role)?;
        if let Some(replaced) = &self.replaced {
            replaced.give_mode(file).map_err(|error| cannot_write(&self.real, &error))?;
        }
        self.sync(file)?;
        match name_it(&self.real).and_then(|()| sync_folder_of(&self.real)) {
            Ok(()) => Ok(true),
            Err(error) if !self.replaces && error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(cannot_write(&self.real, &error)),
        }
    }
}
