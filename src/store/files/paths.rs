//! The folder of a path, and the error of a path that cannot be written.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::error::Error;

/// The error of a file that cannot be written.
pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Error {
    // `tempfile` adds the random name to the system's error.
    let text = error.to_string();
    let plain = text.split(" at path \"").next().unwrap_or_default();
    Error::io(format_args!("write {}", path.display()), &io::Error::new(error.kind(), plain))
}

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Syncs the folder of a file to disk, so that a new name in it survives a power cut.
pub(super) fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}
