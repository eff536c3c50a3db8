//! A row of a file, and its fields by name.

use std::str::FromStr;

use crate::error::{Error, Fault};
use crate::model::Invalid;

/// A field's text and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) text: String,
    pub(super) line: u64,
    pub(super) column: u64,
}

/// One row, whatever the format of its file.
#[derive(Debug, Clone)]
pub struct Row {
    line: u64,
    fields: Vec<(String, Field)>,
}

impl Row {
    pub(super) fn new(line: u64, fields: Vec<(String, Field)>) -> Self {
        Self { line, fields }
    }

    /// The physical line on which it begins.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The names of its fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    fn field(&self, name: &str) -> Option<&Field> {
        let field = self.fields.iter().find(|(other, _)| other == name).map(|(_, field)| field);
        field.filter(|field| !field.text.trim().is_empty())
    }

    /// The value of a field that may be missing or empty.
    pub fn optional<T: FromStr<Err = Invalid>>(&self, name: &'static str) -> Result<Option<T>, Fault> {
        let Some(field) = self.field(name) else { return Ok(None) };
        let text = unguarded(field.text.trim());
        text.parse().map(Some).map_err(|rule| Fault::of_row(field.line, field.column, Error::invalid(name, text, rule)))
    }

    /// The value of a field that must be there.
    pub fn required<T: FromStr<Err = Invalid>>(&self, name: &'static str) -> Result<T, Fault> {
        self.optional(name)?.ok_or_else(|| {
            // The field's own place where it is there and empty, else the row's.
            let field = self.fields.iter().find(|(other, _)| other == name);
            let (line, column) = field.map_or((self.line, 1), |(_, field)| (field.line, field.column));
            let message = format!("{name} is needed");
            Fault::of_row(line, column, Error::Input { code: "missing_value", message })
        })
    }

    /// The text of a field that must be there, as it is.
    pub fn required_text(&self, name: &'static str) -> Result<String, Fault> {
        self.required::<Verbatim>(name).map(|text| text.0)
    }
}

/// A text that is checked where it is used.
struct Verbatim(String);

impl FromStr for Verbatim {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Ok(Self(text.to_owned()))
    }
}

/// The text without the `'` that our own CSV puts before what a spreadsheet would take for a formula.
pub(super) fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest)
            if rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']) =>
        {
            rest
        }
        _ => text,
    }
}
