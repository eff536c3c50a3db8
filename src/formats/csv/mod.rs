//! CSV by RFC 4180, read strictly: a header line, then rows with as many fields. `;` and tabs separate fields too if the header
//! uses them, and blanks may precede a quoted field.
//!
//! ```text
//! text ──▶ lines ──▶ records ──▶ InputRow              one reader, any input
//! text ──▶ blocks ──▶ block_records ──▶ Record         large files, several threads, one block each
//! ```
//!
//! Both ways report the same records and the same faults. `quotes` reads records that contain quotes for both of them.

mod block_records;
mod blocks;
mod limits;
mod lines;
mod quotes;
mod record;
mod records;
mod text;

pub(crate) use block_records::BlockRecords;
pub(crate) use blocks::{Block, Blocks};
pub use limits::{LONGEST_FIELD, LONGEST_LINE};
pub(crate) use lines::Lines;
pub(crate) use record::{NextRecord, Record};
pub(crate) use records::{Layout, Records};
