//! Exports the whole database as one document, to move it or to keep it outside ssgctl.
//!
//! The document is JSON lines. The first line is a header, `{"ssgctl":{"document":1,"schema":17}}`. Each following line is a row of a
//! table, `{"customer":{"id":1,…}}`, table by table. The last line, `{"end":{"lines":…,"sha256":"…"}}`, has the number of lines before
//! it and the hash of their bytes, so that a truncated copy is detected. The document contains no time of export: the same
//! database always gives the same document.

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::model::Hash;
use crate::store::{SCHEMA_VERSION, Snapshot, TABLES};

/// The version of the document format.
pub const DOCUMENT_VERSION: u32 = 1;

/// Calls `each` with every line of the document, line end included, and returns the number of rows.
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
