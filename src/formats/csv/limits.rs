//! What bounds the memory that a CSV file can take, whatever it contains.

/// The most bytes of one physical line.
pub const LONGEST_LINE: usize = 256 * 1024;

/// The most bytes of one field, which may span several lines.
pub const LONGEST_FIELD: usize = 64 * 1024;

/// The most columns of a file: twice what the widest known export has.
pub(super) const MOST_COLUMNS: usize = 256;
