//! The `[import.NAME]` sections of the configuration: saved mappings for files of other programs.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A saved mapping, `[import.NAME]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ImportSection {
    /// The dialect that the mapping extends.
    pub(crate) from: Option<String>,
    /// Columns of the file, each with the field that it is imported as.
    pub(crate) map: BTreeMap<String, String>,
    /// Columns to ignore.
    pub(crate) ignore: Vec<String>,
    /// The calling code of national phone numbers, in rows of its country or without one.
    pub(crate) calling_code: Option<String>,
}
