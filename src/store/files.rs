//! Private files: made 0600 in folders made 0700, complete or not there, never written over by accident.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::error::{Error, Result};

/// Makes a folder and those above it that are missing, for its owner only.
pub fn make_private_folder(folder: &Path) -> Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| Error::io(format_args!("make the folder {}", folder.display()), &error))
}

/// Writes a new private file in one step: readers see all of it or no file.
///
/// When the file exists already it is left as it is and `false` returned.
pub fn write_new(path: &Path, content: &[u8]) -> Result<bool> {
    if let Some(folder) = path.parent() {
        make_private_folder(folder)?;
    }
    let draft = Draft::beside(path)?;
    let failed = |error: io::Error| Error::io(format_args!("write {}", path.display()), &error);
    let mut file = draft.create().map_err(failed)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(failed)?;
    draft.publish()
}

/// A file under a temporary name that gets its real one when it is complete, and vanishes when dropped before.
pub struct Draft {
    temporary: PathBuf,
    real: PathBuf,
}

impl Draft {
    /// A draft in the same folder as the real file, so that publishing it is one step of the file system.
    pub fn beside(real: &Path) -> Result<Self> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| Error::Internal(format!("no random numbers: {error}")))?;
        let name = real.file_name().unwrap_or_default().to_string_lossy();
        let temporary = real.with_file_name(format!(".{name}.{:016x}", u64::from_ne_bytes(random)));
        Ok(Self { temporary, real: real.to_owned() })
    }

    /// The temporary name.
    pub fn path(&self) -> &Path {
        &self.temporary
    }

    /// Creates the temporary file, 0600.
    pub fn create(&self) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.temporary)
    }

    /// Gives the file its real name; `false` if that name is taken.
    ///
    /// One step: killed before it, the file has its temporary name, after it the real one, and never both.
    pub fn publish(self) -> Result<bool> {
        match self.rename_to_free_name().and_then(|()| sync_folder_of(&self.real)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn rename_to_free_name(&self) -> io::Result<()> {
        match renameat_with(CWD, &self.temporary, CWD, &self.real, RenameFlags::NOREPLACE) {
            // A file system that has no such step, such as NFS.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                fs::hard_link(&self.temporary, &self.real)?;
                fs::remove_file(&self.temporary)
            }
            outcome => Ok(outcome?),
        }
    }

    /// Gives the file its real name, in place of a file that has it.
    pub fn publish_over(self) -> Result<()> {
        fs::rename(&self.temporary, &self.real)
            .and_then(|()| sync_folder_of(&self.real))
            .map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &io::Error) -> Error {
        Error::io(format_args!("write {}", self.real.display()), error)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Gone already when it was published; nothing can be done about a draft that does not go.
        let _ = fs::remove_file(&self.temporary);
    }
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// A private file without a name, in the folder of another: gone with the process, however that ends.
pub fn nameless(beside: &Path) -> Result<File> {
    let draft = Draft::beside(beside)?;
    let failed =
        |error: io::Error| Error::io(format_args!("make a temporary file beside {}", beside.display()), &error);
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&draft.temporary);
    // Dropped, the draft takes the name away from the open file.
    file.map_err(failed)
}

/// Refuses a file that others than its owner may change, or, when it `holds_secrets`, read.
pub fn refuse_unsafe(path: &Path, holds_secrets: bool) -> Result<()> {
    let mode = fs::metadata(path).map_err(|error| Error::io(format_args!("read {}", path.display()), &error))?.mode();
    if mode & 0o022 != 0 {
        return Err(Error::UnsafeFile { path: path.to_owned(), problem: "may be changed by other users" });
    }
    if holds_secrets && mode & 0o044 != 0 {
        return Err(Error::UnsafeFile {
            path: path.to_owned(),
            problem: "holds a secret and may be read by other users",
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nameless_file_can_be_read_again_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        let mut file = nameless(&folder.path().join("a.db")).expect("made");
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 0);
        assert_eq!(file.metadata().expect("metadata").mode() & 0o777, 0o600);
        file.write_all(b"text").expect("written");
        let mut text = String::new();
        io::Seek::rewind(&mut file).expect("rewound");
        io::Read::read_to_string(&mut file, &mut text).expect("read");
        assert_eq!(text, "text");
    }

    #[test]
    fn a_new_file_is_private_complete_and_never_replaces_another() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("deep/er/file");
        assert!(write_new(&path, b"first").expect("written"));
        assert!(!write_new(&path, b"second").expect("left alone"));
        assert_eq!(fs::read(&path).expect("read"), b"first");
        assert_eq!(fs::metadata(&path).expect("metadata").mode() & 0o777, 0o600);
        let parent = path.parent().expect("parent");
        assert_eq!(fs::metadata(parent).expect("metadata").mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(parent).expect("folder").count(), 1, "no draft is left");
    }
}
