//! Private files: created with mode 0600 in folders with mode 0700, visible only when complete, and never overwritten by
//! accident.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};

/// Creates a folder and its missing parents, accessible only to their owner.
pub fn make_private_folder(folder: &Path) -> Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| Error::io(format_args!("create the folder {}", folder.display()), &error))
}

/// Writes a new private file atomically: readers see all of it or no file. Returns `false`, and writes nothing, if the file
/// exists.
pub fn write_new(path: &Path, content: &[u8]) -> Result<bool> {
    if let Some(folder) = path.parent() {
        make_private_folder(folder)?;
    }
    Draft::holding(path, content)?.publish()
}

/// A file with a temporary name and mode 0600. It gets its real name when it is complete, and is deleted if dropped before.
pub struct Draft {
    file: NamedTempFile,
    real: PathBuf,
}

impl Draft {
    /// Creates a draft in the folder of the real file, so that publishing it is one rename.
    pub fn next_to(real: &Path) -> Result<Self> {
        let name = real.file_name().unwrap_or_default().to_string_lossy();
        let file = tempfile::Builder::new().prefix(&format!(".{name}.")).rand_bytes(16).tempfile_in(folder_of(real));
        Ok(Self { file: file.map_err(|error| cannot_write(real, &error))?, real: real.to_owned() })
    }

    /// Creates a draft with its content, synced to disk.
    pub fn holding(real: &Path, content: &[u8]) -> Result<Self> {
        let mut draft = Self::next_to(real)?;
        draft.write_all(content).map_err(|error| cannot_write(real, &error))?;
        draft.sync()?;
        Ok(draft)
    }

    /// The temporary name.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    fn sync(&self) -> Result<()> {
        self.file.as_file().sync_all().map_err(|error| cannot_write(&self.real, &error))
    }

    /// Syncs the file to disk and gives it its real name; `false` if that name is taken.
    ///
    /// The rename is atomic: after a kill the file has either its temporary name or the real one, never both.
    pub fn publish(self) -> Result<bool> {
        self.sync()?;
        let Self { file, real } = self;
        match file.persist_noclobber(&real).map_err(io::Error::from).and_then(|_| sync_folder_of(&real)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(cannot_write(&real, &error)),
        }
    }

    /// Like [`Self::publish`], but replaces a file that has the name.
    pub fn publish_over(self) -> Result<()> {
        self.sync()?;
        let Self { file, real } = self;
        let outcome = file.persist(&real).map_err(io::Error::from).and_then(|_| sync_folder_of(&real));
        outcome.map_err(|error| cannot_write(&real, &error))
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

fn cannot_write(path: &Path, error: &io::Error) -> Error {
    // `tempfile` adds the random name to the system's error.
    let text = error.to_string();
    let plain = text.split(" at path \"").next().unwrap_or_default();
    Error::io(format_args!("write {}", path.display()), &io::Error::new(error.kind(), plain))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

/// Opens a lock file of a database, such as `ssgctl.db.turn`, and creates it if it is missing. `None` where it cannot be created.
///
/// # Errors
/// A symbolic link is refused: its target would be created, and processes that see another target would not exclude each other.
pub fn open_lock(database: &Path, ending: &str) -> Result<Option<File>> {
    let mut name = database.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    let path = PathBuf::from(name);
    if path.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
        let action = format!("lock {}", path.display());
        return Err(Error::Io { action, reason: "it is a symbolic link; remove it".to_owned() });
    }
    Ok(File::options().create(true).truncate(false).write(true).mode(0o600).open(path).ok())
}

/// Creates a private file without a name, in the folder of `near`. The system deletes it when the process ends, even by a kill.
pub fn temporary_file(near: &Path) -> Result<File> {
    let file = tempfile::tempfile_in(folder_of(near)).and_then(|file| {
        file.set_permissions(Permissions::from_mode(0o600))?;
        Ok(file)
    });
    file.map_err(|error| Error::io(format_args!("create a temporary file next to {}", near.display()), &error))
}

/// Refuses a file that other users may change or, if it `holds_secrets`, read.
pub fn refuse_unsafe(path: &Path, holds_secrets: bool) -> Result<()> {
    let mode = fs::metadata(path).map_err(|error| Error::io(format_args!("read {}", path.display()), &error))?.mode();
    if mode & 0o022 != 0 {
        return Err(Error::UnsafeFile { path: path.to_owned(), problem: "may be changed by other users" });
    }
    if holds_secrets && mode & 0o044 != 0 {
        return Err(Error::UnsafeFile {
            path: path.to_owned(),
            problem: "contains a secret and may be read by other users",
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
        let mut file = temporary_file(&folder.path().join("a.db")).expect("made");
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
