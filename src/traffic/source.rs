//! A traffic file that is read for its header, its text and its checksum, and must not change in between.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::error::{Error, InputError, Result, quoted};
use crate::model::Hash;

const BUFFER: usize = 256 * 1024;

/// The progress of reading a file, in bytes on disk.
#[derive(Debug, Clone, Default)]
pub struct Position(Arc<AtomicU64>);

impl Position {
    /// The bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A traffic file.
#[derive(Debug)]
pub struct Source {
    /// The name of the file as reports show it.
    pub name: String,
    file: File,
    is_compressed: bool,
    /// The metadata of the file when it was opened.
    state: State,
    pub position: Position,
}

#[derive(Debug, PartialEq, Eq)]
struct State {
    size: u64,
    modified: (i64, i64),
}

impl Source {
    /// A regular file; its name says whether it is compressed with gzip.
    pub fn new(name: String, file: File) -> Result<Self> {
        let is_compressed = name.to_ascii_lowercase().ends_with(".gz");
        let state = state_of(&file).map_err(|error| unreadable(&name, &error))?;
        Ok(Self { name, file, is_compressed, state, position: Position::default() })
    }

    /// The size in bytes.
    pub fn size(&self) -> u64 {
        self.state.size
    }

    /// The SHA-256 of all bytes. It may be computed while the text is read.
    pub(crate) fn sha256(&self) -> Result<Hash> {
        let mut hasher = Sha256::new();
        let (mut buffer, mut place) = (vec![0; BUFFER], 0);
        loop {
            let read = self.file.read_at(&mut buffer, place).map_err(|error| unreadable(&self.name, &error))?;
            if read == 0 {
                return Ok(Hash(hasher.finalize().into()));
            }
            hasher.update(&buffer[..read]);
            place += read as u64;
        }
    }

    /// The text from the beginning. Only one reader at a time: all share the position of the same file.
    pub(crate) fn text(&self) -> Result<Box<dyn BufRead + Send>> {
        let input = self.restarted()?;
        Ok(if self.is_compressed {
            Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(BufReader::with_capacity(BUFFER, input))))
        } else {
            Box::new(BufReader::with_capacity(BUFFER, input))
        })
    }

    fn restarted(&self) -> Result<Counted> {
        let failed = |error: io::Error| unreadable(&self.name, &error);
        let mut file = self.file.try_clone().map_err(failed)?;
        file.rewind().map_err(failed)?;
        self.position.0.store(0, Ordering::Relaxed);
        Ok(Counted { file, position: self.position.clone() })
    }

    /// Refuses a file that was changed after it was opened.
    pub(crate) fn refuse_changed(&self) -> Result<()> {
        match state_of(&self.file) {
            Ok(state) if state == self.state => Ok(()),
            Ok(_) => Err(Error::Input {
                code: InputError::ChangedMeanwhile,
                message: format!("{} was changed while it was read", quoted(&self.name)),
            }),
            Err(error) => Err(unreadable(&self.name, &error)),
        }
    }

    /// The approximate number of rows.
    pub(crate) fn rows_at_most(&self) -> usize {
        // A row of the tersest known dialect takes some 80 bytes; text compresses to a sixth or less.
        let bytes = if self.is_compressed { self.size().saturating_mul(6) } else { self.size() };
        usize::try_from(bytes / 80).unwrap_or(usize::MAX / 4)
    }
}

fn state_of(file: &File) -> io::Result<State> {
    let metadata = file.metadata()?;
    Ok(State { size: metadata.len(), modified: (metadata.mtime(), metadata.mtime_nsec()) })
}

fn unreadable(name: &str, error: &io::Error) -> Error {
    Error::io(format_args!("read {name}"), error)
}

/// A reader that reports its position.
struct Counted {
    file: File,
    position: Position,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.position.0.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
