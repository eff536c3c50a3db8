//! Reads small files that the program depends on: configuration, key, passwords, templates. Devices and pipes, which may block or
//! never end, are refused at once.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// The maximum size of a small file in bytes.
const MAX_SIZE: u64 = 1024 * 1024;

/// What is wrong with a file that neither this user nor root owns.
pub const OTHER_OWNER: &str = "belongs to another user, who can change it";

/// A small text file that was read to its end.
pub struct SmallFile {
    pub text: Zeroizing<String>,
    path: PathBuf,
    metadata: Metadata,
}

impl SmallFile {
    /// Reads a regular file of at most 1 MiB of UTF-8 text.
    pub fn read(path: &Path) -> io::Result<Self> {
        // Asked before it is opened, because opening a device may have an effect.
        if !fs::metadata(path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        // Not the size that the system states: files of /proc state none.
        let mut text = Zeroizing::new(String::new());
        file.take(MAX_SIZE + 1).read_to_string(&mut text)?;
        if text.len() as u64 > MAX_SIZE {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is longer than 1 MiB"));
        }
        Ok(Self { text, path: path.to_owned(), metadata })
    }

    /// Refuses a file that other users may change or, if it `holds_secrets`, read.
    pub fn refuse_unsafe(&self, holds_secrets: bool) -> Result<()> {
        let unsafe_file = |problem| Err(Error::UnsafeFile { path: self.path.clone(), problem });
        let mode = self.metadata.mode();
        if !is_trusted_owner(&self.metadata) {
            return unsafe_file(OTHER_OWNER);
        }
        if mode & 0o022 != 0 {
            return unsafe_file("may be changed by other users");
        }
        if holds_secrets && mode & 0o044 != 0 {
            return unsafe_file("contains a secret and may be read by other users");
        }
        Ok(())
    }
}

/// Whether a file belongs to this user or to root. What another user owns, that user can change at any time.
pub(super) fn is_trusted_owner(metadata: &Metadata) -> bool {
    [0, rustix::process::geteuid().as_raw()].contains(&metadata.uid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_regular_file_of_bounded_size_is_read() {
        let folder = tempfile::tempdir().expect("folder");
        let path = |name: &str| folder.path().join(name);
        let refused = |path: &Path| SmallFile::read(path).err().map(|error| error.kind());
        rustix::fs::mkfifoat(rustix::fs::CWD, path("pipe"), rustix::fs::Mode::RUSR).expect("a pipe");
        for endless in [Path::new("/dev/zero"), Path::new("/dev/random"), &path("pipe"), folder.path()] {
            assert_eq!(refused(endless), Some(io::ErrorKind::InvalidInput), "{endless:?}");
        }
        fs::write(path("long"), vec![b'a'; 1024 * 1024 + 1]).expect("written");
        assert_eq!(refused(&path("long")), Some(io::ErrorKind::FileTooLarge));
        fs::write(path("most"), vec![b'a'; 1024 * 1024]).expect("written");
        assert_eq!(refused(&path("most")), None);
        assert_eq!(refused(&path("missing")), Some(io::ErrorKind::NotFound));
    }
}
