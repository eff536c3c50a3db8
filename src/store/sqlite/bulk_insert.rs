//! Writes many rows with one statement, which takes half the time of a statement for each row.

use rusqlite::types::ToSql;
use rusqlite::{CachedStatement, Connection};

use crate::error::Result;

/// Number of rows that one statement writes.
const ROWS_A_STATEMENT: usize = 40;

/// Writes items with statements of [`ROWS_A_STATEMENT`] rows, and the rest with statements of one row.
///
/// `sql` returns the statement for a number of rows. With `OR FAIL` SQLite keeps no copies of changed pages to undo a failed
/// statement; none is needed, because the transaction of a failed statement is dropped.
pub(super) fn write_rows<T>(
    connection: &Connection,
    items: &[T],
    sql: impl Fn(usize) -> String,
    bind: impl Fn(&mut Binding<'_, '_>, &T) -> rusqlite::Result<()>,
) -> Result<()> {
    write_rows_with(connection, items, |_| Ok(()), sql, bind)
}

/// Like [`write_rows`], with values that all rows share: `bind_common` binds them once, before those of the rows.
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

/// Binds the values of a statement one after the other.
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
