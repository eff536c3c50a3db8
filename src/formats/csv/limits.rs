//! Limits that bound the memory and the time for reading any file.

use crate::error::{Fault, InputError};

/// Maximum length of a physical line in bytes.
pub const LONGEST_LINE: usize = 256 * 1024;

/// Maximum length of a field in bytes. A field may span several lines.
pub const LONGEST_FIELD: usize = 64 * 1024;

/// Maximum number of columns, twice that of the widest known export.
pub(super) const MOST_COLUMNS: usize = 256;

/// Maximum length of successive blank lines in bytes, enough for a million empty rows of a spreadsheet.
pub(super) const LONGEST_BLANK: usize = 16 * 1024 * 1024;

/// The length of the blank lines before a record.
#[derive(Debug, Default)]
pub(crate) struct BlankText(usize);

impl BlankText {
    /// Adds a line. Without a limit, an endless file of blank lines would be read for ever.
    pub(crate) fn add(&mut self, line: &str, number: u64) -> Result<(), Fault> {
        self.add_bytes(line.len() + 1, number)
    }

    pub(super) fn add_bytes(&mut self, count: usize, number: u64) -> Result<(), Fault> {
        self.0 += count;
        if self.0 <= LONGEST_BLANK {
            return Ok(());
        }
        let message = format!("there are more than {} MiB of empty lines here", LONGEST_BLANK >> 20);
        Err(Fault::of_file(number, 1, InputError::TooLong, message))
    }
}
