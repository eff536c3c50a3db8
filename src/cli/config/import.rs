//! The part of the configuration that says how files of other programs are read.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A mapping that the configuration keeps, `[import.NAME]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ImportSection {
    /// The dialect that it goes out from.
    pub(crate) from: Option<String>,
    /// Their columns, each with ours.
    pub(crate) map: BTreeMap<String, String>,
    /// Columns that are left aside.
    pub(crate) ignore: Vec<String>,
    /// The calling code of numbers that have none.
    pub(crate) calling_code: Option<String>,
}
