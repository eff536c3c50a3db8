//! Reads physical lines, limits their length and checks that they are text.

use std::io::{BufRead, ErrorKind};

use crate::error::{Error, Fault, InputError};
use crate::formats::csv::limits::LONGEST_LINE;
use crate::formats::csv::text::{Text, first_line_ends_with_cr};

/// The lines of an input.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    input: Text<R>,
    number: u64,
    text: String,
    longest: usize,
    /// Whether the file has a byte order mark, is UTF-16, or has lines that end with CR alone.
    is_of_spreadsheet: bool,
    /// Whether the last line ended with CRLF.
    ended_with_crlf: bool,
    /// Whether bytes that are not text are replaced; otherwise they are a fault.
    any_bytes: bool,
}

impl<'a> Lines<&'a [u8]> {
    /// The lines of a part of a file; `number` is the line before it.
    pub(super) fn after(number: u64, text: &'a [u8]) -> Self {
        Self { number, ..Self::new(Text::AsIs(text), LONGEST_LINE) }
    }

    /// Continues with another text; `number` is the line before it.
    pub(crate) fn go_to(&mut self, text: &'a [u8], number: u64) {
        (self.input, self.number) = (Text::AsIs(text), number);
    }

    /// The number of unread bytes.
    pub(crate) fn left(&self) -> usize {
        match &self.input {
            Text::AsIs(text) => text.len(),
            Text::Utf16(_) | Text::Cr(_) => 0,
        }
    }
}

impl<R: BufRead> Lines<R> {
    fn new(input: Text<R>, longest: usize) -> Self {
        let (is_of_spreadsheet, ended_with_crlf, any_bytes) = (false, false, false);
        Self { input, number: 0, text: String::new(), longest, is_of_spreadsheet, ended_with_crlf, any_bytes }
    }

    /// Opens an input: removes a byte order mark and rejects compressed files and other encodings.
    pub(crate) fn open(input: R) -> Result<Self, Fault> {
        Self::open_long(input, LONGEST_LINE)
    }

    /// Opens an input with another maximum length of lines.
    pub(crate) fn open_long(input: R, longest: usize) -> Result<Self, Fault> {
        let input = Text::open(input).map_err(|error| unreadable(0, &error))?;
        let mut lines = Self::new(input, longest);
        lines.is_of_spreadsheet = matches!(lines.input, Text::Utf16(_));
        let beginning = lines.input.fill_buf().map_err(|error| unreadable(0, &error))?;
        let refused = |code, message| Err(Fault::of_file(1, 1, code, message));
        match beginning {
            [0x1f, 0x8b, ..] => return refused(InputError::BadEncoding, "the file is compressed; unpack it first"),
            [b'P', b'K', 3, 4, ..] => {
                return refused(
                    InputError::BadEncoding,
                    "the file is a workbook or an archive; save it as CSV in UTF-8",
                );
            }
            [0xef, 0xbb, 0xbf, ..] => {
                lines.input.consume(3);
                lines.is_of_spreadsheet = true;
            }
            _ => {}
        }
        Ok(lines)
    }

    /// Whether the first byte that is not white space is one of these.
    pub(crate) fn starts_with_any(&mut self, bytes: &[u8]) -> Result<bool, Fault> {
        let beginning = self.input.fill_buf().map_err(|error| unreadable(0, &error))?;
        Ok(beginning.iter().find(|b| !b.is_ascii_whitespace()).is_some_and(|first| bytes.contains(first)))
    }

    /// Whether the first line ends with a CR alone, as programs on an old Mac wrote it.
    pub(super) fn first_line_ends_with_cr(&mut self) -> Result<bool, Fault> {
        let beginning = self.input.fill_buf().map_err(|error| unreadable(0, &error))?;
        Ok(first_line_ends_with_cr(beginning))
    }

    /// The same lines, which also end with a CR alone.
    pub(crate) fn split_at_cr(self) -> Self {
        Self { input: self.input.split_at_cr(), is_of_spreadsheet: true, ..self }
    }

    /// Whether bytes that are not text become U+FFFD from here on, because most columns are not read. Otherwise they are a fault.
    pub(crate) fn take_any_bytes(&mut self, any_bytes: bool) {
        self.any_bytes = any_bytes;
    }

    /// Whether bytes that are not text are replaced.
    pub(super) fn takes_any_bytes(&self) -> bool {
        self.any_bytes
    }

    /// Whether the file has what only spreadsheets write: a byte order mark, UTF-16, or CRLF or CR at the end of lines.
    pub(super) fn is_of_spreadsheet(&self) -> bool {
        self.is_of_spreadsheet || self.ended_with_crlf
    }

    /// The unread text and the number of the line before it.
    pub(super) fn into_rest(self) -> (Text<R>, u64) {
        (self.input, self.number)
    }

    /// The number of the last line read, counted from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Reads the next line without its line break, and whether it had one; `None` at the end of the input.
    pub(crate) fn next_line(&mut self) -> Result<Option<(&str, bool)>, Fault> {
        Ok(self.advance()?.map(|ended| (self.text.as_str(), ended)))
    }

    /// The last line read.
    pub(crate) fn line(&self) -> &str {
        &self.text
    }

    /// Advances to the next line and returns whether it ends with a line break; `None` at the end of the input.
    pub(crate) fn advance(&mut self) -> Result<Option<bool>, Fault> {
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        bytes.clear();
        self.number += 1;
        self.read_line(&mut bytes).map_err(|error| unreadable(self.number, &error))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let ended = bytes.last() == Some(&b'\n');
        if ended {
            bytes.pop();
        }
        self.ended_with_crlf = ended && bytes.last() == Some(&b'\r');
        // A file that was converted twice has several.
        while bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        if bytes.len() > self.longest {
            let message = format!("the line is longer than {} KiB", self.longest / 1024);
            return Err(Fault::of_file(self.number, 1, InputError::TooLong, message));
        }
        let nul = memchr::memchr(0, &bytes);
        if self.any_bytes && (nul.is_some() || std::str::from_utf8(&bytes).is_err()) {
            self.text = String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}");
            return Ok(Some(ended));
        }
        self.text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let message = if self.input.is_utf16() {
                "the file begins as UTF-16 and is not valid UTF-16 here: it was damaged or cut off"
            } else {
                "the file is not UTF-8 here; save it as CSV in UTF-8"
            };
            self.unreadable_at(&String::from_utf8_lossy(&error.as_bytes()[..valid]), message)
        })?;
        if let Some(at) = nul {
            return Err(self.unreadable_at(&self.text[..at], "there is a NUL byte here; this is not a text file"));
        }
        Ok(Some(ended))
    }

    /// Reads to the end of the line, or until the line is too long.
    fn read_line(&mut self, bytes: &mut Vec<u8>) -> std::io::Result<()> {
        while bytes.len() <= self.longest + 1 {
            let ready = match self.input.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                ready => ready?,
            };
            let end = memchr::memchr(b'\n', ready).map(|place| place + 1);
            let count = end.unwrap_or(ready.len());
            let length = count.min(self.longest + 2 - bytes.len());
            bytes.extend_from_slice(&ready[..length]);
            self.input.consume(length);
            if end.is_some() || count == 0 {
                break;
            }
        }
        Ok(())
    }

    /// A fault after the valid beginning of a line.
    fn unreadable_at(&self, before: &str, message: &str) -> Fault {
        Fault::of_file(self.number, before.chars().count() as u64 + 1, InputError::BadEncoding, message)
    }
}

/// A fault for a read error.
pub(crate) fn unreadable(line: u64, error: &std::io::Error) -> Fault {
    // Only a compressed file has contents that cannot be read; reading it again would not help.
    if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidInput | ErrorKind::InvalidData) {
        let message = format!("the compressed file is cut off or damaged here ({error})");
        return Fault::of_file(line.max(1), 1, InputError::CutOff, message);
    }
    let error = Error::io("read the file", error);
    Fault { line, column: 1, error: Box::new(error), ends_file: true }
}
