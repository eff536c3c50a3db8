//! Rows that are written many at a time.

use rusqlite::types::ToSql;
use rusqlite::{CachedStatement, Connection};

use crate::error::Result;

/// How many rows one statement writes.
const ROWS_A_STATEMENT: usize = 40;

/// Runs a statement of many rows as often as it takes, and one of a single row for what is left: a step for each row would
/// take twice as long. `sql` gives the statement of so many rows. One that says `OR FAIL` keeps no copies of the pages that it
/// changes, to undo only itself: a transaction in which one fails is dropped.
pub(super) fn write_rows<T>(
    connection: &Connection,
    items: &[T],
    sql: impl Fn(usize) -> String,
    bind: impl Fn(&mut Binding<'_, '_>, &T) -> rusqlite::Result<()>,
) -> Result<()> {
    write_rows_with(connection, items, |_| Ok(()), sql, bind)
}

/// The same where rows have some values in common, which are bound once, before those of rows.
pub(super) fn write_rows_with<T>(
    connection: &Connection,
    items: &[T],
    bind_common: impl Fn(&mut Binding<'_, '_>) -> rusqlite::Result<()>,
    sql: impl Fn(usize) -> String,
    bind: impl Fn(&mut Binding<'_, '_>, &T) -> rusqlite::Result<()>,
) -> Result<()> {
    let whole = items.len() - items.len() % ROWS_A_STATEMENT;
    for (items, rows) in [(&items[..whole], ROWS_A_STATEMENT), (&items[whole..], 1)] {
        if items.is_empty() {
            continue;
        }
        let mut statement = connection.prepare_cached(&sql(rows))?;
        let mut binding = Binding::of(&mut statement);
        bind_common(&mut binding)?;
        let common = binding.place;
        for items in items.chunks(rows) {
            let mut binding = Binding { statement: &mut statement, place: common };
            items.iter().try_for_each(|item| bind(&mut binding, item))?;
            statement.raw_execute()?;
        }
    }
    Ok(())
}

/// A statement whose values are bound one after the other.
pub(super) struct Binding<'s, 'c> {
    statement: &'s mut CachedStatement<'c>,
    place: usize,
}

impl<'s, 'c> Binding<'s, 'c> {
    /// Begins with the first value.
    pub(super) fn of(statement: &'s mut CachedStatement<'c>) -> Self {
        Self { statement, place: 0 }
    }

    pub(super) fn bind(&mut self, value: impl ToSql) -> rusqlite::Result<()> {
        self.place += 1;
        self.statement.raw_bind_parameter(self.place, value)
    }
}
