//! How a file writes fields that contain its separator, a quote or a line break.

use crate::error::{Fault, InputError};
use crate::formats::csv::record::Place;
use crate::model::word_enum::word_enum;

word_enum! {
    /// The quoting of a file with separators.
    ///
    /// ```text
    /// csv        "say ""hi"" to\me"      RFC 4180, spreadsheets
    /// backslash  "say \"hi\" to\\me"     MySQL: INTO OUTFILE … OPTIONALLY ENCLOSED BY '"'
    /// none       say "hi" to\\me         MySQL: mysql --batch, INTO OUTFILE without ENCLOSED BY
    /// ```
    pub enum Quoting {
        /// Quotes enclose a field, and are doubled inside it. A backslash is an ordinary character.
        Csv = "csv",
        /// Quotes enclose a field, and a backslash escapes the character after it.
        Backslash = "backslash",
        /// Quotes are ordinary characters, and a backslash escapes the character after it.
        None = "none",
    }
}

/// The word for an empty field in files with escapes, unless it is quoted.
pub(super) const NULL: &str = "NULL";

impl Quoting {
    /// Whether a backslash escapes the character after it, and an unquoted `NULL` or `\N` is an empty field.
    pub(super) fn has_escapes(self) -> bool {
        self != Self::Csv
    }

    /// Whether quotes enclose a field.
    pub(super) fn has_quotes(self) -> bool {
        self != Self::None
    }

    /// The quoting of a file whose separator is this. It is unclear for tabs, unless the file has what only spreadsheets write:
    /// a byte order mark, UTF-16, or CRLF at the end of the header.
    pub(super) fn of(delimiter: u8, is_of_spreadsheet: bool) -> Option<Self> {
        (delimiter != b'\t' || is_of_spreadsheet).then_some(Self::Csv)
    }
}

/// Where a line has a character that other kinds of quoting read differently, if the quoting is unclear.
pub(super) fn find_unclear(line: &[u8]) -> Option<usize> {
    memchr::memchr2(b'"', b'\\', line)
}

/// The fault of such a character.
pub(super) fn unclear(Place { line, column }: Place) -> Fault {
    let message = "spreadsheets and MySQL read a quote or backslash in a tab-separated file differently, \
                   and the file does not show which of them wrote it";
    Fault::of_file(line, column, InputError::BadQuote, message)
}

/// The character that a backslash and this one stand for.
pub(super) fn unescaped(character: char) -> char {
    match character {
        '0' => '\0',
        'b' => '\u{8}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'Z' => '\u{1a}',
        other => other,
    }
}

/// The end of the last whole record of a text with escapes that begins at a record boundary.
pub(super) fn last_end(text: &[u8], quoting: Quoting) -> Option<usize> {
    let (mut is_quoted, mut last, mut at) = (false, None, 0);
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr3(b'\\', b'"', b'\n', rest)) {
        let index = at + found;
        at = index + 1;
        match text[index] {
            b'\\' => at += 1,
            b'"' => is_quoted ^= quoting.has_quotes(),
            _ if !is_quoted => last = Some(at),
            _ => {}
        }
    }
    last
}
