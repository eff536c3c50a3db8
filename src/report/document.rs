//! The whole database as one document, to leave with or to move.
//!
//! It is a text of JSON lines. The first says what it is: `{"ssgctl":{"document":1,"schema":13}}`. Each other one is a row of a table,
//! `{"customer":{"id":1,…}}`, table by table. The last says that nothing is missing: `{"end":{"lines":…,"sha256":"…"}}`, of the lines
//! before it and all their bytes. There is no time in it: the same database gives the same document.

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::model::Hash;
use crate::store::{SCHEMA_VERSION, Snapshot, TABLES};

/// The form of documents that this program writes.
pub const DOCUMENT_VERSION: u32 = 1;

/// Hands every line of the document to `each`, with its end; gives how many rows there were.
pub fn document<E: From<Error>>(
    snapshot: &Snapshot<'_>,
    mut each: impl FnMut(&str) -> Result<(), E>,
) -> Result<u64, E> {
    let (mut lines, mut sum) = (0, Sha256::new());
    let mut write = |line: &str| {
        lines += 1;
        sum.update(line);
        each(line)
    };
    write(&format!("{{\"ssgctl\":{{\"document\":{DOCUMENT_VERSION},\"schema\":{SCHEMA_VERSION}}}}}\n"))?;
    let mut line = String::new();
    for table in TABLES {
        snapshot.rows_of(table, |row| {
            line.clear();
            line.extend(["{\"", table.name, "\":", row, "}\n"]);
            write(&line)
        })?;
    }
    let sum = Hash(sum.finalize().into());
    each(&format!("{{\"end\":{{\"lines\":{lines},\"sha256\":\"{sum}\"}}}}\n"))?;
    Ok(lines - 1)
}
