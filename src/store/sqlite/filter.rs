//! Builds the WHERE, ORDER BY and LIMIT of a list from a filter. Values are always bound, never part of the SQL text.

use std::collections::BTreeSet;

use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, Statement};
use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Result};
use crate::model::Time;
use crate::store::ArchiveFilter;

/// The longest search pattern in bytes. The longest searched text is a note of 4,000 characters, and a longer pattern matches
/// nothing.
pub(super) const LONGEST_PATTERN: usize = 40_000;

/// The conditions of one list, joined by AND, and the values that they bind.
#[derive(Default)]
pub(super) struct Query<'a> {
    conditions: Vec<String>,
    /// Conditions of which exactly one holds for each row of the list. None if there is no such choice.
    branches: Vec<String>,
    values: Vec<Box<dyn ToSql + 'a>>,
    tail: String,
}

impl<'a> Query<'a> {
    /// A query whose `select` contains a value of its own, `?1`.
    pub(super) fn with(value: impl ToSql + 'a) -> Self {
        Self { values: vec![Box::new(value)], ..Self::default() }
    }

    /// Adds a condition; each `?` in it is the value.
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

    /// Adds the condition that a column has one of several values, of which no two are equal. Each becomes a branch of a
    /// UNION ALL: SQLite reads each in the order of an index and merges them, where a single condition would make it sort.
    pub(super) fn one_of(&mut self, column: &str, values: impl IntoIterator<Item = impl ToSql + 'a>) {
        for value in values {
            self.when(&format!("{column} = ?"), value);
            self.branches.extend(self.conditions.pop());
        }
    }

    /// Adds a condition without a value.
    pub(super) fn always(&mut self, condition: &str) {
        self.conditions.push(condition.to_owned());
    }

    /// Adds a condition on `archived_at`, the column with the time of archiving.
    pub(super) fn archive_filter(&mut self, archived_at: &str, archive_filter: ArchiveFilter) {
        match archive_filter {
            ArchiveFilter::Active => self.always(&format!("{archived_at} IS NULL")),
            ArchiveFilter::Archived => self.always(&format!("{archived_at} IS NOT NULL")),
            ArchiveFilter::All => {}
        }
    }

    /// Adds a search: `condition` consists of LIKEs on `?`. `%` and `_` in the text match only themselves.
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

    /// Adds the condition that a column whose index ignores case begins with a text of ASCII letters in any case.
    pub(super) fn begins(&mut self, column: &str, text: &str) {
        // LIKE has no use for an index if the pattern is bound. No name contains the last character of Unicode.
        self.when(&format!("{column} >= ? COLLATE NOCASE"), text.to_owned());
        self.when(&format!("{column} < ? COLLATE NOCASE"), format!("{text}\u{10ffff}"));
    }

    /// Adds a half-open period.
    pub(super) fn period(&mut self, column: &str, since: Option<Time>, until: Option<Time>) {
        self.when_some(&format!("{column} >= ?"), since);
        self.when_some(&format!("{column} < ?"), until);
    }

    /// Sorts by columns. The last must be unique, so that the order is the same every time.
    pub(super) fn order(&mut self, columns: &[&str], descending: bool) {
        let direction = if descending { " DESC" } else { "" };
        let columns: Vec<String> = columns.iter().map(|column| format!("{column}{direction}")).collect();
        self.tail = format!(" ORDER BY {}", columns.join(", "));
    }

    /// Limits the number of rows.
    pub(super) fn limit(&mut self, limit: Option<u64>) {
        if let Some(limit) = limit {
            self.tail.push_str(&format!(" LIMIT {}", limit.min(i64::MAX.unsigned_abs())));
        }
    }

    /// `select` with the conditions, the order and the limit.
    fn sql(&self, select: &str) -> String {
        let branch = |own: Option<&String>| {
            let conditions: Vec<&str> = self.conditions.iter().chain(own).map(String::as_str).collect();
            if conditions.is_empty() {
                select.to_owned()
            } else {
                format!("{select} WHERE {}", conditions.join(" AND "))
            }
        };
        let rows = if self.branches.is_empty() {
            branch(None)
        } else {
            self.branches.iter().map(|own| branch(Some(own))).collect::<Vec<_>>().join(" UNION ALL ")
        };
        rows + &self.tail
    }

    /// How SQLite would run the query: the lines of EXPLAIN QUERY PLAN.
    #[cfg(test)]
    pub(super) fn plan(&self, connection: &Connection, select: &str) -> String {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", self.sql(select))).expect("prepared");
        let values: Vec<&dyn ToSql> = self.values.iter().map(AsRef::as_ref).collect();
        let lines = statement.query_map(values.as_slice(), |row| row.get::<_, String>(3)).expect("explained");
        lines.collect::<rusqlite::Result<Vec<_>>>().expect("read").join("\n")
    }

    /// Runs `select` with the conditions and passes each row to `each`, one at a time, so that lists of any length are
    /// streamed. Most commands run a list once, and SQLite prepares a statement quicker if it is not to be kept.
    pub(super) fn run<T, E: From<Error>>(
        self,
        connection: &Connection,
        select: &str,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        each: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = connection.prepare(&self.sql(select)).map_err(Error::from)?;
        self.run_prepared(&mut statement, read, each)
    }

    /// The same for a list that one command may run for each of many customers: the statement is kept for the next time.
    pub(super) fn run_often<T, E: From<Error>>(
        self,
        connection: &Connection,
        select: &str,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        each: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = connection.prepare_cached(&self.sql(select)).map_err(Error::from)?;
        self.run_prepared(&mut statement, read, each)
    }

    fn run_prepared<T, E: From<Error>>(
        self,
        statement: &mut Statement<'_>,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        mut each: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let values: Vec<&dyn ToSql> = self.values.iter().map(AsRef::as_ref).collect();
        let mut rows = statement.query(values.as_slice()).map_err(Error::from)?;
        while let Some(row) = rows.next().map_err(Error::from)? {
            each(read(row).map_err(Error::from)?)?;
        }
        Ok(())
    }
}

/// The spellings of a text to search for. LIKE ignores case only for ASCII letters, so a text with other letters is searched
/// for as given, in lower case, in upper case, and with an initial capital.
fn spellings(text: &str) -> BTreeSet<String> {
    // Stored text is NFC.
    let text: String = text.nfc().collect();
    if text.is_ascii() {
        return BTreeSet::from([text]);
    }
    let lower = text.to_lowercase();
    let mut rest = lower.chars();
    let capitalised = rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default();
    BTreeSet::from([text.to_uppercase(), capitalised, lower, text])
}

/// The most similar text to `wanted` in the rows of the SELECT `names`, if one is similar enough to be a typing error.
pub(super) fn nearest(connection: &Connection, names: &str, wanted: &str) -> Result<Option<String>> {
    let wanted = wanted.to_lowercase();
    let mut statement = connection.prepare(names)?;
    let mut rows = statement.query([])?;
    let mut best: Option<(usize, String)> = None;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let lower = name.to_lowercase();
        let distance =
            if wanted.len() >= 3 && lower.starts_with(&wanted) { 1 } else { strsim::osa_distance(&lower, &wanted) };
        if is_typing_error(distance, lower.chars().count().max(wanted.chars().count()))
            && best.as_ref().is_none_or(|(least, _)| distance < *least)
        {
            best = Some((distance, name));
        }
    }
    Ok(best.map(|(_, name)| name))
}

/// Whether a name may be a typing error for another one at this edit distance: at most three, and a third of the longer name.
fn is_typing_error(distance: usize, length: usize) -> bool {
    distance <= 3 && distance * 3 <= length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_similar_name_is_suggested() {
        let connection = Connection::open_in_memory().expect("opened");
        let nearest = |wanted: &str| {
            let names =
                "SELECT 'LODZ' UNION SELECT 'ACME' UNION SELECT 'kim_prod' UNION SELECT 'ab' UNION SELECT 'NORTHWIND'";
            nearest(&connection, names, wanted).expect("read").unwrap_or_default()
        };
        for (wanted, name) in [
            ("NOPE", ""),
            ("LOZD", "LODZ"),
            ("ACEM", "ACME"),
            ("ac", ""),
            ("x", ""),
            ("kim_prd", "kim_prod"),
            ("kim", "kim_prod"),
            ("NORTHWIMD", "NORTHWIND"),
            ("SOUTHWIND", "NORTHWIND"),
            ("SOUTHWARD", ""),
        ] {
            assert_eq!(nearest(wanted), name, "{wanted}");
        }
    }

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
