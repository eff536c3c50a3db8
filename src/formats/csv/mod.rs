//! Reads CSV strictly (RFC 4180): a header line, then rows with the same number of fields. The separator may also be `;` or a
//! tab if the header uses it, or the one that a first line `sep=;` names, and spaces may precede a quoted field. Lines end with
//! LF or CRLF, or with CR if the header does. Empty lines and lines with nothing but separators are skipped. `quoting`
//! has the two dialects of MySQL.
//!
//! ```text
//! text ──▶ lines ──▶ records ──▶ InputRow              one reader, any input
//! text ──▶ blocks ──▶ block_records ──▶ Record         large files, several threads, one block each
//! ```
//!
//! Both readers report the same records and the same faults. Both use `quotes` for records that contain quotes.

mod block_records;
mod blocks;
mod header;
mod limits;
mod lines;
mod quotes;
mod quoting;
mod record;
mod records;
mod text;

pub(crate) use block_records::BlockRecords;
pub(crate) use blocks::{Block, Blocks};
pub(crate) use limits::BlankText;
pub use limits::{LONGEST_FIELD, LONGEST_LINE};
pub(crate) use lines::Lines;
pub use quoting::Quoting;
pub(crate) use record::{NextRecord, Record};
pub(crate) use records::{Layout, Records};
