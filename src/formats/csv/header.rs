//! Reads the header line of a CSV file: the separator and the names of the columns.

use crate::error::{Fault, InputError, quoted};
use crate::formats::csv::record::{Place, Record};

/// The separators that a header may have; the first one wins a tie.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// The columns of a file.
#[derive(Debug, Default)]
pub(crate) struct Header {
    pub(crate) names: Vec<String>,
    pub(super) places: Vec<Place>,
}

impl Header {
    /// Reads the names of a header. A column without a name is called by its position, such as `column 3`.
    pub(super) fn of(record: Record<'_>) -> Result<Self, Fault> {
        let places: Vec<Place> = record.places().collect();
        let names = record.fields().zip(&places).enumerate();
        let names = names.map(|(index, (text, place))| name(text, index + 1, *place)).collect::<Result<_, _>>()?;
        Ok(Self { names, places })
    }

    /// Rejects a header in which a column that is read occurs twice.
    pub(crate) fn reject_duplicates(&self, is_read: impl Fn(&str) -> bool) -> Result<(), Fault> {
        for (index, (name, place)) in self.names.iter().zip(&self.places).enumerate() {
            if self.names[..index].contains(name) && is_read(name) {
                let message = format!("column {} occurs twice in the header", quoted(name));
                return Err(Fault::of_file(place.line, place.column, InputError::BadHeader, message));
            }
        }
        Ok(())
    }
}

/// The name of a column. Spreadsheets may break a name into several lines, which are joined here.
fn name(text: &str, number: usize, place: Place) -> Result<String, Fault> {
    let name = text.trim().replace(['\n', '\t'], " ");
    match name.chars().find(|c| c.is_control()) {
        None if name.is_empty() => Ok(format!("column {number}")),
        None => Ok(name),
        Some(c) => {
            let message = format!("the column name {} has the control character {}", quoted(&name), c.escape_unicode());
            Err(Fault::of_file(place.line, place.column, InputError::BadHeader, message))
        }
    }
}

/// The separator of a header line: the most frequent one.
pub(super) fn delimiter_of(header: &str) -> u8 {
    DELIMITERS.into_iter().rev().max_by_key(|byte| separators(header, *byte)).unwrap_or(b',')
}

/// The number of separators in a line.
pub(super) fn separators(line: &str, delimiter: u8) -> usize {
    memchr::memchr_iter(delimiter, line.as_bytes()).count()
}

/// The separator that a first line such as `sep=;` names. Excel reads such a line, and programs write it for Excel.
pub(super) fn named_delimiter(line: &str) -> Option<u8> {
    let line = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line);
    let (word, delimiter) = line.split_at_checked(4)?;
    match delimiter.as_bytes() {
        [byte] if word.eq_ignore_ascii_case("sep=") && (byte.is_ascii_punctuation() || *byte == b'\t') => Some(*byte),
        _ => None,
    }
}

/// Whether a line is empty apart from blanks and separators. Spreadsheets write such lines for empty rows.
pub(super) fn is_blank(line: &str, delimiter: Option<u8>) -> bool {
    // A visible first character is enough for nearly all lines.
    line.chars().all(|c| {
        let byte = u8::try_from(c).unwrap_or_default();
        c.is_whitespace() || delimiter.map_or(DELIMITERS.contains(&byte), |delimiter| delimiter == byte)
    })
}
