//! Files and texts that come in; `-` is stdin.

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
use ssgctl::store::files;

use crate::exit::{ErrorCode, Failure, Result};

/// The most that is read of a text given by file: far more than any single record needs.
const LONGEST: u64 = 1024 * 1024;

/// How much is read at once.
const BUFFER: usize = 256 * 1024;

/// Opens a file to be read as it comes; `-` is stdin. A folder is no file.
pub(crate) fn open(path: &Path) -> Result<BufReader<File>> {
    let file = file(path)?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(not_a_file(path, "a folder"));
    }
    Ok(BufReader::with_capacity(BUFFER, file))
}

/// Opens a file to be read more than once. What can be read only once, such as stdin or a pipe, is first copied into a private
/// file beside `beside`. A device is no file: it may have no end.
pub(crate) fn open_again(path: &Path, beside: &Path) -> Result<File> {
    let name = name(path);
    let failed = |error: std::io::Error| Failure::new(ErrorCode::Io, format!("cannot copy {name}: {error}"));
    let mut once = file(path)?;
    let kind = once.metadata().map_err(|error| unreadable(&name, &error))?.file_type();
    if kind.is_file() && path != Path::new("-") {
        return Ok(once);
    }
    if kind.is_dir() || kind.is_block_device() || kind.is_char_device() {
        return Err(not_a_file(path, if kind.is_dir() { "a folder" } else { "a device" }));
    }
    let mut copy = files::temporary_file(beside)?;
    std::io::copy(&mut once, &mut copy).and_then(|_| copy.rewind()).map_err(failed)?;
    Ok(copy)
}

fn file(path: &Path) -> Result<File> {
    let unreadable = |error: std::io::Error| unreadable(&name(path), &error);
    if path != Path::new("-") {
        return File::open(path).map_err(unreadable);
    }
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Err(
            Failure::usage("`-` reads stdin, which is a terminal").hint("pipe or redirect something into the command")
        );
    }
    stdin.as_fd().try_clone_to_owned().map(File::from).map_err(unreadable)
}

fn not_a_file(path: &Path, what: &str) -> Failure {
    Failure::new(ErrorCode::NotAFile, format!("{} is {what}", quoted(name(path))))
}

/// A file that is being imported.
pub(crate) struct Incoming {
    pub(crate) input: Box<dyn BufRead>,
    /// How many bytes it has.
    pub(crate) size: Option<u64>,
    pub(crate) watch: Watch,
}

/// What is known of a file while it is read, and when it was.
#[derive(Clone, Default)]
pub(crate) struct Watch {
    bytes: Rc<Cell<u64>>,
    sum: Option<Rc<RefCell<Sha256>>>,
}

impl Watch {
    /// How many bytes were read.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    /// The SHA-256 of what was read, if it is added up.
    pub(crate) fn sum(&self) -> Option<Hash> {
        self.sum.as_ref().map(|sum| Hash(sum.borrow().clone().finalize().into()))
    }
}

/// A reader that is watched.
struct Watched<R>(R, Watch);

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.bytes.set(self.1.bytes.get() + read as u64);
        if let Some(sum) = &self.1.sum {
            sum.borrow_mut().update(&buffer[..read]);
        }
        Ok(read)
    }
}

/// Opens a file to be imported, and adds its bytes up if that `is_summed`. What does not lie on a disk is read to its end
/// first: while the database is held, nobody waits for another program.
pub(crate) fn open_to_import(path: &Path, is_summed: bool) -> Result<Incoming> {
    let file = open_again(path, &std::env::temp_dir().join("ssgctl"))?;
    let size = file.metadata().ok().map(|metadata| metadata.len());
    let watch = Watch { bytes: Rc::default(), sum: is_summed.then(Rc::default) };
    let input = Box::new(BufReader::with_capacity(BUFFER, Watched(file, watch.clone())));
    Ok(Incoming { input, size, watch })
}

/// The name of a file in error messages.
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

/// Reads a whole text; `-` is stdin.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    let name = name(path);
    let mut text = String::new();
    open(path)?.take(LONGEST + 1).read_to_string(&mut text).map_err(|error| unreadable(&name, &error))?;
    if text.len() as u64 > LONGEST {
        return Err(Failure::new(ErrorCode::TooLong, format!("{name} has more than 1 MiB")));
    }
    Ok(text)
}
