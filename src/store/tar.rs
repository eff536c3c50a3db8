//! Archives in the ustar format of POSIX, which depend on nothing but the names and the content of their files.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

const BLOCK: usize = 512;
/// The longest name, and the largest file, that a header has room for.
const LONGEST_NAME: usize = 100;
const LARGEST: u64 = 0o77_777_777_777;

/// Adds a file to an archive.
pub(super) fn add(out: &mut dyn Write, name: &str, path: &Path) -> io::Result<()> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    out.write_all(&header(name, length)?)?;
    let written = io::copy(&mut file, out)?;
    if written != length {
        return Err(io::Error::other(format!("{name} changed while it was read")));
    }
    out.write_all(&vec![0; padding(length)])
}

/// Ends an archive.
pub(super) fn end(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&[0; 2 * BLOCK])
}

fn padding(length: u64) -> usize {
    let rest = usize::try_from(length % BLOCK as u64).unwrap_or_default();
    (BLOCK - rest) % BLOCK
}

/// The header of a private file that belongs to nobody and was changed in 1970.
fn header(name: &str, length: u64) -> io::Result<[u8; BLOCK]> {
    if name.len() > LONGEST_NAME || length > LARGEST {
        return Err(io::Error::other(format!("{name} is too large for an archive; write a folder")));
    }
    let mut header = [0; BLOCK];
    let mut put = |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000600");
    put(108, "0000000");
    put(116, "0000000");
    put(124, &format!("{length:011o}"));
    put(136, "00000000000");
    // The checksum is of the header with spaces in its place.
    put(148, "        ");
    put(156, "0");
    put(257, "ustar");
    put(263, "00");
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Ok(header)
}

/// Reads the files of an archive one after the other.
pub(super) struct TarReader<R> {
    input: R,
    /// What is left of the current file, and of the block that it ends in.
    left: u64,
    padding: u64,
}

impl<R: Read> TarReader<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, left: 0, padding: 0 }
    }

    /// Goes to the next file; its name, or `None` at the end.
    pub(super) fn next_file(&mut self) -> io::Result<Option<String>> {
        io::copy(&mut self.input.by_ref().take(self.left), &mut io::sink())?;
        self.expect_zeros(self.padding)?;
        let mut header = [0; BLOCK];
        self.input.read_exact(&mut header)?;
        if header.iter().all(|byte| *byte == 0) {
            // The end is a second block without a name, and nothing after it, which other programs would unpack.
            self.expect_zeros(BLOCK as u64)?;
            let is_end = self.input.read(&mut [0])? == 0;
            return if is_end { Ok(None) } else { Err(not_an_archive()) };
        }
        let text = |range: std::ops::Range<usize>| {
            let field = &header[range];
            let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
            std::str::from_utf8(&field[..end]).map(str::trim)
        };
        let wrong = |_| not_an_archive();
        let (name, length) = (text(0..100).map_err(wrong)?.to_owned(), text(124..136).map_err(wrong)?);
        let length = u64::from_str_radix(length, 8).map_err(|_| not_an_archive())?;
        // A header that was changed in any other byte is found by this.
        if self::header(&name, length)? != header {
            return Err(not_an_archive());
        }
        (self.left, self.padding) = (length, padding(length) as u64);
        Ok(Some(name))
    }
}

impl<R: Read> TarReader<R> {
    fn expect_zeros(&mut self, length: u64) -> io::Result<()> {
        let mut bytes = Vec::new();
        self.input.by_ref().take(length).read_to_end(&mut bytes)?;
        let is_zero = bytes.len() as u64 == length && bytes.iter().all(|byte| *byte == 0);
        if is_zero { Ok(()) } else { Err(not_an_archive()) }
    }
}

fn not_an_archive() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "the file is not an archive of `audit bundle`")
}

impl<R: Read> Read for TarReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.by_ref().take(self.left).read(buffer)?;
        if read == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_written_is_read_and_a_changed_header_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("file");
        let mut archive = Vec::new();
        for (name, length) in [("a/empty", 0), ("a/block", BLOCK), ("a/more", BLOCK + 1)] {
            fs::write(&path, vec![7; length]).expect("written");
            add(&mut archive, name, &path).expect("added");
        }
        end(&mut archive).expect("ended");
        assert_eq!(archive.len() % BLOCK, 0);
        let mut reader = TarReader::new(&archive[..]);
        let mut files = Vec::new();
        while let Some(name) = reader.next_file().expect("a header") {
            let mut content = Vec::new();
            reader.read_to_end(&mut content).expect("content");
            files.push((name, content.len()));
        }
        assert_eq!(files, [("a/empty".to_owned(), 0), ("a/block".to_owned(), BLOCK), ("a/more".to_owned(), BLOCK + 1)]);
        // A second archive after it, which other programs may unpack, or bytes where there is nothing.
        let read_to_end = |archive: &[u8]| {
            let mut reader = TarReader::new(archive);
            while reader.next_file()?.is_some() {}
            io::Result::Ok(())
        };
        read_to_end(&archive).expect("whole");
        assert!(read_to_end(&[archive.clone(), archive.clone()].concat()).is_err());
        let mut padded = archive.clone();
        // The end of the last file but for its padding.
        let last = padded.len() - 2 * BLOCK - 1;
        padded[last] = 1;
        assert!(read_to_end(&padded).is_err());
        archive[101] = b'7';
        assert!(TarReader::new(&archive[..]).next_file().is_err());
        assert!(TarReader::new(&b"short"[..]).next_file().is_err());
    }
}
