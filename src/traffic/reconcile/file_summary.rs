//! What is known of a file that is compared.

use crate::traffic::columns::UnreadColumn;

/// What the reader found in a file.
#[derive(Debug, Clone)]
pub struct ReconciledFile {
    pub name: String,
    pub dialect: &'static str,
    pub rows: u64,
    /// Rows that are no messages to handsets, or messages that were rejected before they got an ID.
    pub skipped: u64,
    /// Reports of Kannel about messages of other rows. They are not compared.
    pub receipts: u64,
    /// Rows with a fault.
    pub refused: u64,
    /// Whether a timestamp had no time zone.
    pub met_naive_time: bool,
    /// Columns that are not compared.
    pub ignored_columns: Vec<UnreadColumn>,
}
