//! A row of an input file, with access to its fields by name.

use std::rc::Rc;
use std::str::FromStr;

use crate::error::{Error, Fault, InputError, quoted};
use crate::model::Invalid;

/// The text of a field and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) text: String,
    pub(crate) line: u64,
    pub(crate) column: u64,
}

/// One row of any format.
#[derive(Debug, Clone)]
pub struct InputRow {
    line: u64,
    /// Names and fields. Rows of one file share the names.
    fields: Vec<(Rc<str>, Field)>,
    /// Whether a `'` before a formula is an escape and not text.
    guarded: bool,
    /// Whether the row is from CSV, and may therefore have been edited in a spreadsheet.
    from_csv: bool,
}

impl InputRow {
    pub(crate) fn new(line: u64, fields: Vec<(Rc<str>, Field)>) -> Self {
        Self { line, fields, guarded: false, from_csv: false }
    }

    /// Flags the row as CSV. With `guarded`, the escape before formulas is removed.
    pub(crate) fn of_csv(mut self, guarded: bool) -> Self {
        (self.guarded, self.from_csv) = (guarded, true);
        self
    }

    /// A row with other fields at the same position.
    pub(crate) fn with_fields(&self, fields: Vec<(Rc<str>, Field)>) -> Self {
        Self { fields, ..*self }
    }

    /// The row with other names. Two fields must not get the same one.
    pub(crate) fn renamed(mut self, new_name: impl Fn(&str) -> Option<String>) -> Result<Self, Fault> {
        for index in 0..self.fields.len() {
            let Some(new) = new_name(&self.fields[index].0) else { continue };
            if self.has(&new) {
                let message = format!("field {} occurs twice", quoted(&new));
                return Err(self.fault(&new, Error::Input { code: InputError::BadJson, message }));
            }
            self.fields[index].0 = new.into();
        }
        Ok(self)
    }

    pub(crate) fn is_from_csv(&self) -> bool {
        self.from_csv
    }

    pub(crate) fn fields(&self) -> &[(Rc<str>, Field)] {
        &self.fields
    }

    /// The names and original texts of all fields, including empty ones.
    pub fn cells(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, field)| (&**name, field.text.as_str()))
    }

    /// Whether the row has a field, even an empty one.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(other, _)| **other == *name)
    }

    /// The physical line on which the row begins.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The names of the fields.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.fields.iter().map(|(name, _)| &**name)
    }

    fn field(&self, name: &str) -> Option<&Field> {
        let field = self.fields.iter().find(|(other, _)| **other == *name).map(|(_, field)| field);
        field.filter(|field| !field.text.trim().is_empty())
    }

    /// Parses an optional field; `None` if it is missing or empty.
    pub fn optional<T: FromStr<Err = Invalid>>(&self, name: &'static str) -> Result<Option<T>, Fault> {
        let Some(field) = self.field(name) else { return Ok(None) };
        let text = self.text(field);
        text.parse().map(Some).map_err(|rule| Fault::of_row(field.line, field.column, Error::invalid(name, text, rule)))
    }

    /// Parses a required field.
    pub fn required<T: FromStr<Err = Invalid>>(&self, name: &'static str) -> Result<T, Fault> {
        self.optional(name)?.ok_or_else(|| self.fault(name, missing_value(name)))
    }

    /// A fault at the position of a field, or of the row if the field is missing.
    pub fn fault(&self, name: &str, error: Error) -> Fault {
        let (line, column) = self.position(name);
        Fault::of_row(line, column, error)
    }

    /// The line and the column of a field, or of the row if the field is missing.
    pub fn position(&self, name: &str) -> (u64, u64) {
        let field = self.fields.iter().find(|(other, _)| **other == *name);
        field.map_or((self.line, 1), |(_, field)| (field.line, field.column))
    }

    /// A fault of the whole row.
    pub fn fault_of_all(&self, error: Error) -> Fault {
        Fault::of_row(self.line, 1, error)
    }

    /// Sets an optional value from a field. The value is kept if the file has no such column, or if the cell is empty and not
    /// `empty_unsets`.
    pub fn set<T: FromStr<Err = Invalid>>(
        &self,
        name: &'static str,
        value: &mut Option<T>,
        empty_unsets: bool,
    ) -> Result<(), Fault> {
        let new = self.optional(name)?;
        if new.is_some() || (empty_unsets && self.has(name)) {
            *value = new;
        }
        Ok(())
    }

    /// Sets a required value from a field, unless the field is missing or empty.
    pub fn set_needed<T: FromStr<Err = Invalid>>(&self, name: &'static str, value: &mut T) -> Result<(), Fault> {
        if let Some(new) = self.optional(name)? {
            *value = new;
        }
        Ok(())
    }

    /// The unparsed text of a field that is not empty.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.field(name).map(|field| self.text(field))
    }

    fn text<'a>(&self, field: &'a Field) -> &'a str {
        let text = field.text.trim();
        if self.guarded { unguarded(text) } else { text }
    }

    /// The unparsed text of a required field.
    pub fn required_text(&self, name: &'static str) -> Result<String, Fault> {
        self.required::<Verbatim>(name).map(|text| text.0)
    }
}

/// The error of a row without a value that it needs.
pub(crate) fn missing_value(name: &str) -> Error {
    Error::Input { code: InputError::MissingValue, message: format!("{name} is needed") }
}

/// Unparsed text, for values that are checked later.
struct Verbatim(String);

impl FromStr for Verbatim {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Ok(Self(text.to_owned()))
    }
}

/// Removes the `'` that our CSV exports add before text that a spreadsheet would treat as a formula, and before another `'`.
pub(crate) fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if starts_a_formula(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

/// Whether a spreadsheet may treat a text as a formula, judged by its first character.
pub fn starts_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
}
