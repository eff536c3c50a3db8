//! A file without a name until it is complete.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat};

use crate::error::Result;
use crate::store::drafts::{DraftFile, link_unnamed, unnamed};
use crate::store::files::paths::cannot_write;
use crate::store::files::protected::FileRole;
use crate::store::files::target::Target;

/// A file with mode 0600 that gets its name when it is complete. Until then it has none, so that nothing is left of it however
/// the process ends; where the file system has no such files, it has a temporary name.
pub struct Draft {
    file: File,
    name: Option<DraftFile>,
    target: Target,
}

impl Draft {
    /// Creates a draft of a new file, in its folder.
    pub fn next_to(real: &Path) -> Result<Self> {
        Self::create(Target::new(real, None)?)
    }

    /// Creates a draft of a file that the program itself uses.
    pub fn of_own(real: &Path, role: FileRole) -> Result<Self> {
        Self::create(Target::new(real, Some(role))?)
    }

    /// Creates a draft that replaces the file, if there is one, and keeps its owner, group and mode. A symbolic link is
    /// followed to its target.
    ///
    /// # Errors
    /// [`Error::OwnerNotKept`](crate::Error::OwnerNotKept) when the new file cannot be given to the owner of the old one.
    pub fn replacing(real: &Path) -> Result<Self> {
        let draft = Self::create(Target::replacing(real)?)?;
        draft.target.give_owner(&draft.file)?;
        Ok(draft)
    }

    /// The same for a file that the program itself uses.
    pub fn replacing_own(real: &Path, role: FileRole) -> Result<Self> {
        let draft = Self::create(Target::replacing_own(real, role)?)?;
        draft.target.give_owner(&draft.file)?;
        Ok(draft)
    }

    fn create(target: Target) -> Result<Self> {
        if let Some(file) = unnamed_file(target.folder()) {
            return Ok(Self { file, name: None, target });
        }
        let named = DraftFile::create(target.folder(), &target.name());
        let (name, file) = named.map_err(|error| cannot_write(&target.real, &error))?;
        Ok(Self { file, name: Some(name), target })
    }

    /// Writes the whole content and syncs it to disk.
    pub fn holding(mut self, content: &[u8]) -> Result<Self> {
        self.write_all(content).map_err(|error| cannot_write(&self.target.real, &error))?;
        self.target.sync(&self.file)?;
        Ok(self)
    }

    /// Syncs the file to disk and gives it its real name; `false` if that name is taken and the draft does not replace.
    ///
    /// Naming is atomic: after a kill the file has its real name or not. One that replaces another has a temporary name for a
    /// moment, because only a rename replaces a file.
    pub fn publish(self) -> Result<bool> {
        let Self { file, name, target } = self;
        target.publish(&file, |real| match name {
            Some(name) => name.persist(real, target.replaces),
            None if target.replaces => DraftFile::link(&file, target.folder(), &target.name())?.persist(real, true),
            None => link_unnamed(&file, real),
        })
    }
}

/// A private file without a name that can be given one later. `None` where that is not possible: not every file system has such
/// files, and a name is given by way of `/proc`.
fn unnamed_file(folder: &Path) -> Option<File> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let file = File::from(openat(CWD, folder, flags, Mode::RUSR | Mode::WUSR).ok()?);
    unnamed(&file).symlink_metadata().is_ok().then_some(file)
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
