//! Opens input files and texts; `-` is stdin.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, IsTerminal, Read, Seek};
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::rc::Rc;

use sha2::{Digest, Sha256};
use ssgctl::error::quoted;
use ssgctl::model::Hash;
use ssgctl::store::files::{self, FileRole};

use crate::exit::{ErrorCode, Failure, Result};

/// The maximum size of a text file, far more than any single record needs.
const MAX_TEXT: u64 = 1024 * 1024;

/// The maximum size of a file with the accounts of a gateway.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Bytes to read at once.
const BUFFER: usize = 256 * 1024;

/// Opens a file for reading in one pass; `-` is stdin.
pub(crate) fn open(path: &Path) -> Result<BufReader<File>> {
    let file = open_file(path)?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(not_a_file(path, "a folder"));
    }
    Ok(BufReader::with_capacity(BUFFER, file))
}

/// Opens a file that is read more than once. Stdin and pipes are first copied to a private temporary file next to `sibling`.
/// Devices are refused, because they may have no end.
pub(crate) fn open_seekable(path: &Path, sibling: &Path) -> Result<File> {
    let name = name(path);
    let failed = |error: std::io::Error| Failure::new(ErrorCode::Io, format!("cannot copy {name}: {error}"));
    let mut file = open_file(path)?;
    let kind = file.metadata().map_err(|error| unreadable(&name, &error))?.file_type();
    if kind.is_file() && path != Path::new("-") {
        return Ok(file);
    }
    if kind.is_dir() || kind.is_block_device() || kind.is_char_device() {
        return Err(not_a_file(path, if kind.is_dir() { "a folder" } else { "a device" }));
    }
    let mut copy = files::temporary_file(sibling)?;
    std::io::copy(&mut file, &mut copy).and_then(|_| copy.rewind()).map_err(failed)?;
    Ok(copy)
}

fn open_file(path: &Path) -> Result<File> {
    let unreadable = |error: std::io::Error| unreadable(&name(path), &error);
    if path != Path::new("-") {
        let file = File::open(path).map_err(unreadable)?;
        // Rejects that replace the file they come from would take its other rows with them.
        files::protect(path, FileRole::Input);
        return Ok(file);
    }
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Err(
            Failure::usage("`-` reads stdin, which is a terminal").hint("redirect a file or pipe data to stdin")
        );
    }
    stdin.as_fd().try_clone_to_owned().map(File::from).map_err(unreadable)
}

fn not_a_file(path: &Path, what: &str) -> Failure {
    Failure::new(ErrorCode::NotAFile, format!("{} is {what}", quoted(name(path))))
}

/// A file to import.
pub(crate) struct ImportInput {
    pub(crate) input: Box<dyn BufRead>,
    /// Its size in bytes, for the progress bar.
    pub(crate) size: Option<u64>,
    pub(crate) meter: InputMeter,
}

/// Counts the bytes of a file while it is read, and hashes them if asked to. Clones share their state, because the reader
/// is owned by the importer while the progress bar needs the count.
#[derive(Clone, Default)]
pub(crate) struct InputMeter {
    bytes: Rc<Cell<u64>>,
    sha256: Option<Rc<RefCell<Sha256>>>,
}

impl InputMeter {
    /// The number of bytes read.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    /// The SHA-256 of the bytes read, if they are hashed.
    pub(crate) fn sha256(&self) -> Option<Hash> {
        self.sha256.as_ref().map(|sha256| Hash(sha256.borrow().clone().finalize().into()))
    }
}

/// A reader that updates a meter.
struct MeteredReader<R>(R, InputMeter);

impl<R: Read> Read for MeteredReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.bytes.set(self.1.bytes.get() + read as u64);
        if let Some(sha256) = &self.1.sha256 {
            sha256.borrow_mut().update(&buffer[..read]);
        }
        Ok(read)
    }
}

/// Opens a file to import, and hashes it if `needs_checksum`. Pipes are read to their end first, so that the database is not
/// locked while another program is still producing rows.
pub(crate) fn open_to_import(path: &Path, needs_checksum: bool) -> Result<ImportInput> {
    let file = open_seekable(path, &std::env::temp_dir().join("ssgctl"))?;
    let size = file.metadata().ok().map(|metadata| metadata.len());
    let meter = InputMeter { bytes: Rc::default(), sha256: needs_checksum.then(Rc::default) };
    let input = Box::new(BufReader::with_capacity(BUFFER, MeteredReader(file, meter.clone())));
    Ok(ImportInput { input, size, meter })
}

/// The name of a file in messages.
pub(crate) fn name(path: &Path) -> String {
    if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() }
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::NotFound => Failure::new(ErrorCode::NoFile, format!("no file at {}", quoted(name))),
        ErrorKind::InvalidData => Failure::new(ErrorCode::BadEncoding, format!("{name} is not UTF-8 text")),
        _ => Failure::new(ErrorCode::Io, format!("cannot read {name}: {error}")),
    }
}

/// Reads a file of any bytes; `-` is stdin.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    read_all(path, open(path)?)
}

/// Reads a file of any bytes that the command replaces afterwards; `-` is stdin.
pub(crate) fn read_replaced(path: &Path) -> Result<Vec<u8>> {
    if path == Path::new("-") {
        return read_bytes(path);
    }
    let file = File::open(path).map_err(|error| unreadable(&name(path), &error))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(not_a_file(path, "a folder"));
    }
    read_all(path, file)
}

fn read_all(path: &Path, input: impl Read) -> Result<Vec<u8>> {
    let name = name(path);
    let mut bytes = Vec::new();
    input.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&name, &error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Failure::new(ErrorCode::TooLong, format!("{name} is longer than 64 MiB")));
    }
    Ok(bytes)
}

/// Reads a text file; `-` is stdin.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    let name = name(path);
    let mut text = String::new();
    open(path)?.take(MAX_TEXT + 1).read_to_string(&mut text).map_err(|error| unreadable(&name, &error))?;
    if text.len() as u64 > MAX_TEXT {
        return Err(Failure::new(ErrorCode::TooLong, format!("{name} is longer than 1 MiB")));
    }
    Ok(text)
}
