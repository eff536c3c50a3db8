//! Warns about new codes that other programs misread, such as `1E5` or `NULL`.

use ssgctl::error::quoted;
use ssgctl::model::misread;

use crate::context::Context;

/// Warns if spreadsheets or data frames misread a new code. It is already saved: nothing in this program misreads it.
pub(crate) fn warn(field: &str, code: &str) {
    if let Some(how) = misread(code) {
        Context::warn(&format!("the {field} {} {how}", quoted(code)));
    }
}
