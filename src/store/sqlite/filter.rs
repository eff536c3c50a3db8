//! Builds the WHERE, ORDER BY and LIMIT of a list from a filter. Values are always bound, never written into the text.

use std::collections::BTreeSet;

use rusqlite::types::ToSql;
use rusqlite::{Connection, Row};
use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Result};
use crate::model::Time;
use crate::store::ArchiveFilter;

/// The longest pattern of a search, in bytes: a note of 4,000 characters of four bytes, each escaped, and no stored text
/// that is searched is longer.
pub(super) const LONGEST_PATTERN: usize = 40_000;

/// The conditions of one list, joined by AND, with the values they bind.
#[derive(Default)]
pub(super) struct Query<'a> {
    conditions: Vec<String>,
    values: Vec<Box<dyn ToSql + 'a>>,
    tail: String,
}

impl<'a> Query<'a> {
    /// Adds a condition in which `?` stands for the value, any number of times.
    pub(super) fn when(&mut self, condition: &str, value: impl ToSql + 'a) {
        self.values.push(Box::new(value));
        self.conditions.push(condition.replace('?', &format!("?{}", self.values.len())));
    }

    /// Adds two conditions of which one must hold.
    pub(super) fn when_either(&mut self, first: &str, value: impl ToSql + 'a, second: &str, other: impl ToSql + 'a) {
        self.when(first, value);
        self.when(second, other);
        let second = self.conditions.pop().unwrap_or_default();
        let first = self.conditions.pop().unwrap_or_default();
        self.conditions.push(format!("({first} OR {second})"));
    }

    /// Adds the condition if there is a value for it.
    pub(super) fn when_some(&mut self, condition: &str, value: Option<impl ToSql + 'a>) {
        if let Some(value) = value {
            self.when(condition, value);
        }
    }

    /// Adds a condition without a value.
    pub(super) fn always(&mut self, condition: &str) {
        self.conditions.push(condition.to_owned());
    }

    /// Keeps the lives asked for; `archived_at` is the column that says since when a thing is archived.
    pub(super) fn archive_filter(&mut self, archived_at: &str, archive_filter: ArchiveFilter) {
        match archive_filter {
            ArchiveFilter::Active => self.always(&format!("{archived_at} IS NULL")),
            ArchiveFilter::Archived => self.always(&format!("{archived_at} IS NOT NULL")),
            ArchiveFilter::All => {}
        }
    }

    /// Keeps rows in which the text occurs, in a condition of LIKEs on `?`. `%` and `_` in the text mean themselves.
    pub(super) fn search(&mut self, condition: &str, text: Option<&str>) {
        let Some(text) = text else { return };
        let condition = condition.replace('?', "? ESCAPE '\\'");
        let before = self.conditions.len();
        for text in spellings(text) {
            let pattern = format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            if pattern.len() > LONGEST_PATTERN {
                self.always("FALSE");
            } else {
                self.when(&condition, pattern);
            }
        }
        let any = self.conditions.split_off(before).join(" OR ");
        self.conditions.push(format!("({any})"));
    }

    /// Keeps rows of a half-open period.
    pub(super) fn period(&mut self, column: &str, since: Option<Time>, until: Option<Time>) {
        self.when_some(&format!("{column} >= ?"), since);
        self.when_some(&format!("{column} < ?"), until);
    }

    /// Orders by columns; the last should be unique, so that the order never changes from run to run.
    pub(super) fn order(&mut self, columns: &[&str], descending: bool) {
        let direction = if descending { " DESC" } else { "" };
        let columns: Vec<String> = columns.iter().map(|column| format!("{column}{direction}")).collect();
        self.tail = format!(" ORDER BY {}", columns.join(", "));
    }

    /// Gives at most so many rows.
    pub(super) fn limit(&mut self, limit: Option<u64>) {
        if let Some(limit) = limit {
            self.tail.push_str(&format!(" LIMIT {}", limit.min(i64::MAX.unsigned_abs())));
        }
    }

    /// Runs `select` with the conditions and hands each row to `each`, one at a time, so that lists of any length stream.
    pub(super) fn run<T, E: From<Error>>(
        self,
        connection: &Connection,
        select: &str,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        mut each: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let conditions = if self.conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", self.conditions.join(" AND "))
        };
        let sql = format!("{select}{conditions}{}", self.tail);
        let mut statement = connection.prepare_cached(&sql).map_err(Error::from)?;
        let values: Vec<&dyn ToSql> = self.values.iter().map(AsRef::as_ref).collect();
        let mut rows = statement.query(values.as_slice()).map_err(Error::from)?;
        while let Some(row) = rows.next().map_err(Error::from)? {
            each(read(row).map_err(Error::from)?)?;
        }
        Ok(())
    }
}

/// A text to search for, in the cases in which it is likely to be written. LIKE takes ASCII letters in any case and others as
/// they are, so only a text with others has several: as given, small, capital, and with one capital at its beginning.
fn spellings(text: &str) -> BTreeSet<String> {
    // Stored text is NFC.
    let text: String = text.nfc().collect();
    if text.is_ascii() {
        return BTreeSet::from([text]);
    }
    let small = text.to_lowercase();
    let mut letters = small.chars();
    let name = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    BTreeSet::from([text.to_uppercase(), name, small, text])
}

/// The text of `names` that looks most like `wanted`, if any does.
pub(super) fn nearest(connection: &Connection, names: &str, wanted: &str) -> Result<Option<String>> {
    // Beyond this the other name is no likely slip of the fingers.
    const LIKELY: usize = 3;
    let wanted = wanted.to_lowercase();
    let mut statement = connection.prepare(names)?;
    let mut rows = statement.query([])?;
    let mut best: Option<(usize, String)> = None;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let lower = name.to_lowercase();
        let distance =
            if wanted.len() >= 3 && lower.starts_with(&wanted) { 1 } else { strsim::osa_distance(&lower, &wanted) };
        if distance <= LIKELY
            && distance < wanted.chars().count()
            && best.as_ref().is_none_or(|(least, _)| distance < *least)
        {
            best = Some((distance, name));
        }
    }
    Ok(best.map(|(_, name)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_beyond_ascii_is_sought_in_several_cases() {
        assert_eq!(spellings("Acme").into_iter().collect::<Vec<_>>(), ["Acme"]);
        let found = spellings("\u{e9}l\u{e9}onore");
        for text in ["\u{c9}l\u{e9}onore", "\u{c9}L\u{c9}ONORE", "\u{e9}l\u{e9}onore"] {
            assert!(found.contains(text), "{text}");
        }
        assert!(spellings("Cafe\u{301}").contains("CAF\u{c9}"));
    }
}
