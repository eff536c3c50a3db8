//! Limits that bound the memory for reading any CSV file.

/// Maximum length of a physical line in bytes.
pub const LONGEST_LINE: usize = 256 * 1024;

/// Maximum length of a field in bytes. A field may span several lines.
pub const LONGEST_FIELD: usize = 64 * 1024;

/// Maximum number of columns, twice that of the widest known export.
pub(super) const MOST_COLUMNS: usize = 256;
