//! Reads the values of TOML tables and collects what is wrong with them, each with its place.

use std::ops::Range;
use std::str::FromStr;

use toml_edit::{Item, TableLike, Value};

use crate::error::{Error, Fault, Faults, InputError, quoted};
use crate::formats::misspelt::misspelt;
use crate::model::{Invalid, Money, Unit};

use super::keys;

/// The text of a file and the faults that were found in it.
pub(super) struct TomlFile<'t> {
    text: &'t str,
    pub(super) faults: Faults,
}

/// A table with the offset at which it begins.
pub(super) type TomlTable<'t> = (&'t dyn TableLike, usize);

impl<'t> TomlFile<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, faults: Faults::default() }
    }

    /// Line and column of an offset; both count from 1.
    pub(super) fn place(&self, offset: usize) -> (u64, u64) {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.matches('\n').count() as u64 + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64 + 1;
        (line, column)
    }

    pub(super) fn refuse(&mut self, offset: usize, error: Error) {
        let (line, column) = self.place(offset);
        self.faults.add(Fault::of_row(line, column, error));
    }

    pub(super) fn refuse_with(&mut self, offset: usize, code: InputError, message: impl Into<String>) {
        self.refuse(offset, Error::Input { code, message: message.into() });
    }

    /// Refuses every key of a table that is not known, with what it may be meant for.
    pub(super) fn refuse_unknown(&mut self, table: &dyn TableLike, known: &'static [&'static str]) {
        for (key, item) in table.iter() {
            if known.contains(&key) {
                continue;
            }
            let offset = key_offset(table, key).or_else(|| start(item.span())).unwrap_or_default();
            let never = keys::NEVER.iter().find(|(names, _)| names.contains(&key));
            let message = match (never, misspelt(key, known.iter().copied())) {
                (Some((_, reason)), _) => format!("the key {} is never declared: {reason}", quoted(key)),
                (None, Some(near)) => format!("unknown key {}; did you mean {}?", quoted(key), quoted(near)),
                (None, None) => format!("unknown key {}; known are {}", quoted(key), known.join(", ")),
            };
            self.refuse_with(offset, InputError::BadValue, message);
        }
    }

    /// A text, parsed by the rule of its type.
    pub(super) fn text<T: FromStr<Err = Invalid>>(&mut self, table: &dyn TableLike, key: &'static str) -> Option<T> {
        let item = table.get(key)?;
        let Some(text) = item.as_str() else {
            self.refuse_kind(item, key, "a text in quotes");
            return None;
        };
        self.parsed(key, text, item.span())
    }

    /// The same, if the table must have it.
    pub(super) fn required<T: FromStr<Err = Invalid>>(&mut self, table: TomlTable<'_>, key: &'static str) -> Option<T> {
        if table.0.get(key).is_none() {
            self.refuse_with(table.1, InputError::MissingValue, format!("the key {} is missing", quoted(key)));
        }
        self.text(table.0, key)
    }

    /// A whole number, parsed by the rule of its type.
    pub(super) fn number<T: FromStr<Err = Invalid>>(&mut self, table: &dyn TableLike, key: &'static str) -> Option<T> {
        let item = table.get(key)?;
        let Some(number) = item.as_integer() else {
            self.refuse_kind(item, key, "a whole number without quotes");
            return None;
        };
        self.parsed(key, &number.to_string(), item.span())
    }

    /// `true` or `false`, or the default of a switch that is not there.
    pub(super) fn switch(&mut self, table: &dyn TableLike, key: &'static str, default: bool) -> bool {
        let Some(item) = table.get(key) else { return default };
        item.as_bool().unwrap_or_else(|| {
            self.refuse_kind(item, key, "true or false, without quotes");
            default
        })
    }

    /// An amount in quotes, or a whole number. A number with decimals would be a binary fraction.
    pub(super) fn amount(&mut self, item: &Item, key: &'static str, unit: Unit) -> Option<Money> {
        let text = match (item.as_str(), item.as_integer()) {
            (Some(text), _) => text.to_owned(),
            (_, Some(number)) => number.to_string(),
            _ => {
                self.refuse_kind(item, key, "an amount in quotes, such as \"12.50\"");
                return None;
            }
        };
        let amount: Money = self.parsed(key, &text, item.span())?;
        match unit.check(amount) {
            Ok(amount) => Some(amount),
            Err(rule) => {
                self.refuse(start(item.span()).unwrap_or_default(), Error::invalid(key, text, rule));
                None
            }
        }
    }

    /// A list of texts, each parsed by the rule of its type.
    pub(super) fn list<T: FromStr<Err = Invalid>>(&mut self, table: &dyn TableLike, key: &'static str) -> Vec<T> {
        let Some(item) = table.get(key) else { return Vec::new() };
        let Some(array) = item.as_array() else {
            self.refuse_kind(item, key, "a list, such as [\"one\", \"two\"]");
            return Vec::new();
        };
        let mut values = Vec::new();
        for value in array {
            let Some(text) = value.as_str() else {
                let offset = start(value.span()).unwrap_or_default();
                self.refuse_with(offset, InputError::BadValue, format!("{key}: each item must be a text in quotes"));
                continue;
            };
            values.extend(self.parsed(key, text, value.span()));
        }
        values
    }

    /// The tables under a key: `[[key]]`, or a list of inline tables.
    pub(super) fn tables<'i>(&mut self, table: &'i dyn TableLike, key: &'static str) -> Vec<TomlTable<'i>> {
        let Some(item) = table.get(key) else { return Vec::new() };
        if let Some(tables) = item.as_array_of_tables() {
            return tables
                .iter()
                .map(|table| (table as &dyn TableLike, start(table.span()).unwrap_or_default()))
                .collect();
        }
        let inline = |value: &'i Value| {
            let table = value.as_inline_table()?;
            Some((table as &dyn TableLike, start(table.span()).unwrap_or_default()))
        };
        let inline: Option<Vec<_>> = item.as_array().and_then(|array| array.iter().map(inline).collect());
        inline.unwrap_or_else(|| {
            self.refuse_kind(item, key, &format!("a table for each, which begins with [[{key}]]"));
            Vec::new()
        })
    }

    /// The table under a key with a key for each unit, as pairs.
    pub(super) fn by_unit<'i>(&mut self, table: &'i dyn TableLike, key: &'static str) -> Vec<(Unit, &'i Item)> {
        let Some(item) = table.get(key) else { return Vec::new() };
        let Some(units) = item.as_table_like() else {
            self.refuse_kind(item, key, &format!("a table with a key for each unit, such as [{key}.SMS]"));
            return Vec::new();
        };
        let mut found = Vec::new();
        for (name, item) in units.iter() {
            let span = key_offset(units, name).map(|offset| offset..offset);
            found.extend(self.parsed::<Unit>("unit", name, span.or_else(|| item.span())).map(|unit| (unit, item)));
        }
        found.sort_by_key(|(unit, _)| unit.code());
        found
    }

    pub(super) fn refuse_kind(&mut self, item: &Item, key: &str, expected: &str) {
        let offset = start(item.span()).unwrap_or_default();
        self.refuse_with(offset, InputError::BadValue, format!("{key}: must be {expected}"));
    }

    fn parsed<T: FromStr<Err = Invalid>>(
        &mut self,
        key: &'static str,
        text: &str,
        span: Option<Range<usize>>,
    ) -> Option<T> {
        match text.parse() {
            Ok(value) => Some(value),
            Err(rule) => {
                self.refuse(start(span).unwrap_or_default(), Error::invalid(key, text, rule));
                None
            }
        }
    }
}

fn start(span: Option<Range<usize>>) -> Option<usize> {
    span.map(|span| span.start)
}

fn key_offset(table: &dyn TableLike, key: &str) -> Option<usize> {
    table.get_key_value(key).and_then(|(key, _)| start(key.span()))
}
