//! A row of a file, and its fields by name.

use std::rc::Rc;
use std::str::FromStr;

use crate::error::{Error, Fault, InputError};
use crate::model::Invalid;

/// A field's text and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) text: String,
    pub(crate) line: u64,
    pub(crate) column: u64,
}

/// One row, whatever the format of its file.
#[derive(Debug, Clone)]
pub struct InputRow {
    line: u64,
    /// The names are those of the file's columns, and shared by its rows.
    fields: Vec<(Rc<str>, Field)>,
    /// Whether a `'` before a formula is a guard and not text.
    guarded: bool,
    /// Whether it comes from CSV, and so perhaps through a spreadsheet.
    from_csv: bool,
}

impl InputRow {
    pub(crate) fn new(line: u64, fields: Vec<(Rc<str>, Field)>) -> Self {
        Self { line, fields, guarded: false, from_csv: false }
    }

    /// The row as one from CSV, with the guards of formulas to be taken off, or not.
    pub(crate) fn of_csv(mut self, guarded: bool) -> Self {
        (self.guarded, self.from_csv) = (guarded, true);
        self
    }

    /// Other fields from the same place.
    pub(crate) fn with_fields(&self, fields: Vec<(Rc<str>, Field)>) -> Self {
        Self { fields, ..*self }
    }

    pub(crate) fn is_from_csv(&self) -> bool {
        self.from_csv
    }

    pub(crate) fn fields(&self) -> &[(Rc<str>, Field)] {
        &self.fields
    }

    /// The names of its fields with their texts as they stand in the file, empty ones included.
    pub fn cells(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, field)| (&**name, field.text.as_str()))
    }

    /// Whether it has such a field, be it empty.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(other, _)| **other == *name)
    }

    /// The physical line on which it begins.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The names of its fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| &**name)
    }

    fn field(&self, name: &str) -> Option<&Field> {
        let field = self.fields.iter().find(|(other, _)| **other == *name).map(|(_, field)| field);
        field.filter(|field| !field.text.trim().is_empty())
    }

    /// The value of a field that may be missing or empty.
    pub fn optional<T: FromStr<Err = Invalid>>(&self, name: &'static str) -> Result<Option<T>, Fault> {
        let Some(field) = self.field(name) else { return Ok(None) };
        let text = self.text(field);
        text.parse().map(Some).map_err(|rule| Fault::of_row(field.line, field.column, Error::invalid(name, text, rule)))
    }

    /// The value of a field that must be there.
    pub fn required<T: FromStr<Err = Invalid>>(&self, name: &'static str) -> Result<T, Fault> {
        self.optional(name)?.ok_or_else(|| {
            self.fault(name, Error::Input { code: InputError::MissingValue, message: format!("{name} is needed") })
        })
    }

    /// A fault of a field, at its own place where it is there, else at the row's.
    pub fn fault(&self, name: &str, error: Error) -> Fault {
        let field = self.fields.iter().find(|(other, _)| **other == *name);
        let (line, column) = field.map_or((self.line, 1), |(_, field)| (field.line, field.column));
        Fault::of_row(line, column, error)
    }

    /// A fault of the row as a whole.
    pub fn fault_of_all(&self, error: Error) -> Fault {
        Fault::of_row(self.line, 1, error)
    }

    /// Writes a field into a value that may be empty. Where the file has no such column the value is left alone; so it is
    /// where the cell is empty, unless `empty_unsets`.
    pub fn set<T: FromStr<Err = Invalid>>(
        &self,
        name: &'static str,
        value: &mut Option<T>,
        empty_unsets: bool,
    ) -> Result<(), Fault> {
        let given = self.optional(name)?;
        if given.is_some() || (empty_unsets && self.has(name)) {
            *value = given;
        }
        Ok(())
    }

    /// Writes a field into a value that is never empty.
    pub fn set_needed<T: FromStr<Err = Invalid>>(&self, name: &'static str, value: &mut T) -> Result<(), Fault> {
        if let Some(given) = self.optional(name)? {
            *value = given;
        }
        Ok(())
    }

    fn text<'a>(&self, field: &'a Field) -> &'a str {
        let text = field.text.trim();
        if self.guarded { unguarded(text) } else { text }
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

/// The text without the `'` that our own CSV puts before what a spreadsheet would take for a formula, and before another
/// such `'`.
pub(crate) fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if starts_a_formula(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

/// Whether a spreadsheet may take a text for a formula, by its first character.
pub fn starts_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
}
