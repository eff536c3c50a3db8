//! Private files: created with mode 0600 in folders with mode 0700, visible only when complete, and never overwritten by
//! accident.
//!
//! Every output is a [`Draft`] or a [`DraftDatabase`] until it is published, and there the guard of [`protected`](protect) refuses to replace the
//! database, the configuration or the key. Small files that the program reads are read by [`SmallFile`].

mod backup_stamp;
mod draft;
mod draft_database;
mod network;
mod paths;
mod protected;
mod replaced;
mod small;
mod target;

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::error::{Error, Result};

use paths::{cannot_write, folder_of};

pub use backup_stamp::{backup_stamp, last_backup, note_backup};
pub use draft::Draft;
pub use draft_database::DraftDatabase;
pub use network::network_file_system;
pub use protected::{FileRole, protect, refuse_protected};
pub use small::{OTHER_OWNER, SmallFile};

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
    make_folder_of(path)?;
    Draft::next_to(path)?.holding(content)?.publish()
}

/// Like [`write_new`], for a file that the program itself uses, such as its key, which no output may replace.
pub fn write_own(path: &Path, role: FileRole, content: &[u8]) -> Result<bool> {
    make_folder_of(path)?;
    Draft::of_own(path, role)?.holding(content)?.publish()
}

/// Writes a file that everybody may read, such as a manual page, and replaces one that exists.
pub fn write_public(path: &Path, content: &[u8]) -> Result<()> {
    refuse_protected(path, None)?;
    fs::write(path, content).map_err(|error| cannot_write(path, &error))
}

fn make_folder_of(path: &Path) -> Result<()> {
    path.parent().map_or(Ok(()), make_private_folder)
}

/// Opens a lock file of a database, such as `ssgctl.db.turn`, and creates it if it is missing. `None` where it cannot be created.
///
/// # Errors
/// [`Error::LockFile`] when the name belongs to something else. The target of a symbolic link would be created, and processes
/// that see another target would not exclude each other; a pipe would block the program for ever.
pub fn open_lock(database: &Path, ending: &str) -> Result<Option<File>> {
    let mut name = database.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    let path = PathBuf::from(name);
    let refused = |problem| Err(Error::LockFile { path: path.clone(), problem });
    match path.symlink_metadata() {
        Ok(found) if found.is_symlink() => return refused("is a symbolic link; remove it"),
        Ok(found) if !found.is_file() => return refused("is not a regular file; remove it"),
        _ => {}
    }
    let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed();
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).mode(0o600).custom_flags(flags);
    let Ok(file) = options.open(&path) else { return Ok(None) };
    match file.metadata() {
        Ok(found) if !found.is_file() => refused("is not a regular file; remove it"),
        _ => Ok(Some(file)),
    }
}

/// Creates a private file without a name, in the folder of `near`. The system deletes it when the process ends, even by a kill.
pub fn temporary_file(near: &Path) -> Result<File> {
    let file = tempfile::tempfile_in(folder_of(near)).and_then(|file| {
        file.set_permissions(Permissions::from_mode(0o600))?;
        Ok(file)
    });
    file.map_err(|error| Error::io(format_args!("create a temporary file next to {}", near.display()), &error))
}

/// Whether other users can read or change a database, or replace it in its folder, as the end of a sentence about it.
pub fn exposure(database: &Path) -> Option<&'static str> {
    let mode = fs::metadata(database).ok()?.mode();
    let folder = fs::metadata(folder_of(database)).ok()?.mode();
    // In a folder such as /tmp only the owner of a file can replace it.
    let is_sticky = folder & 0o1000 != 0;
    if mode & 0o022 != 0 {
        Some("may be changed by other users; run `chmod 600` on it")
    } else if folder & 0o002 != 0 && !is_sticky {
        Some("is in a folder in which every user can replace it; run `chmod 700` on the folder")
    } else if mode & 0o004 != 0 {
        Some("may be read by other users; run `chmod 600` on it")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, Write};

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
