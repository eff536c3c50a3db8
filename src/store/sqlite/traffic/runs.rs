//! The runs of a day: messages that were written together, by one import, in the order of their IDs.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Error, Result};
use crate::store::Snapshot;

/// A run of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Run {
    /// The import that brought them.
    pub(in crate::store::sqlite) import_id: i64,
    pub(in crate::store::sqlite) messages: i64,
}

/// The runs of a day by their numbers.
pub(in crate::store::sqlite) fn runs_of_day(connection: &Connection, day: i32) -> Result<BTreeMap<u32, Run>> {
    let mut statement =
        connection.prepare_cached("SELECT run, import_id, messages FROM message_run WHERE day = ?1 ORDER BY run")?;
    let runs =
        statement.query_map([day], |row| Ok((row.get(0)?, Run { import_id: row.get(1)?, messages: row.get(2)? })))?;
    Ok(runs.collect::<rusqlite::Result<_>>()?)
}

/// Adds a run to a day, without its messages; returns its number.
pub(super) fn add_run(connection: &Connection, day: i32, import_id: i64, messages: usize) -> Result<u32> {
    let last: Option<u32> = connection
        .prepare_cached("SELECT max(run) FROM message_run WHERE day = ?1")?
        .query_row([day], |row| row.get(0))?;
    let run = last.map_or(Some(0), |last| last.checked_add(1)).ok_or(Error::Overflow { what: "the runs of a day" })?;
    connection
        .prepare_cached("INSERT INTO message_run VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![day, run, import_id, messages])?;
    Ok(run)
}

/// The days of a range, both ends included, that a table has whose key begins with the day: one look-up for each.
pub(super) fn days_in(connection: &Connection, table: &str, first: i32, last: i32) -> Result<BTreeSet<i32>> {
    let mut days = BTreeSet::new();
    let sql = format!("SELECT day FROM {table} WHERE day BETWEEN ?1 AND ?2 ORDER BY day LIMIT 1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut from = first;
    while let Some(day) = statement.query_row([from, last], |row| row.get(0)).optional()? {
        days.insert(day);
        from = day + 1;
    }
    Ok(days)
}

impl Snapshot<'_> {
    /// The days of a range, both ends included, that have messages.
    pub fn days_with_messages(&self, first: i32, last: i32) -> Result<BTreeSet<i32>> {
        days_in(&self.transaction, "message_run", first, last)
    }

    /// The days of a range, both ends included, that have traffic, whether or not its messages were pruned.
    pub fn days_with_traffic(&self, first: i32, last: i32) -> Result<BTreeSet<i32>> {
        days_in(&self.transaction, "traffic_daily", first, last)
    }
}
