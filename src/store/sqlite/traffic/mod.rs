//! Traffic: messages, and their sums by account and day, kept in step in the same transactions.
//!
//! Messages lie in runs (`runs`, `messages`), which an index of fingerprints leads to (`message_index`, `known_messages`). Sums of
//! days (`sums`) are encoded by `packed_days` and `codec`, `monthly` keeps the sums by month, and `daily` reads both for reports.
//! Index and sums lie in layers (`layers`). `imports` keeps the files that the messages came from.

pub(in crate::store::sqlite) mod codec;
mod convert;
mod daily;
pub(in crate::store::sqlite) mod fingerprint;
mod imports;
mod known_messages;
pub(in crate::store::sqlite) mod known_prices;
pub(in crate::store::sqlite) mod layers;
pub(in crate::store::sqlite) mod message_index;
pub(in crate::store::sqlite) mod message_show;
mod messages;
pub(in crate::store::sqlite) mod monthly;
mod numbers;
pub(in crate::store::sqlite) mod packed_days;
pub(in crate::store::sqlite) mod packed_message;
mod reprice;
mod revert;
pub(in crate::store::sqlite) mod runs;
pub(in crate::store::sqlite) mod sums;

use rusqlite::Row;

use crate::error::{Error, Result};

pub(in crate::store::sqlite) use convert::{convert_traffic, index_messages, spread_hours};

/// The bytes of a column.
pub(in crate::store::sqlite) fn blob<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a [u8]> {
    let bytes = row.get_ref(column)?.as_blob();
    bytes.map_err(|_| Error::Damaged(format!("column {column} of a row of traffic holds no bytes")))
}
