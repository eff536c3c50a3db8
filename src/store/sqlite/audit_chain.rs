//! The hash chain of the audit log: each event's hash covers all of the event and the hash of the one before it.
//!
//! The hash is the SHA-256 of one line of JSON, an object with the event's columns in the order of [`Link`], those that are NULL left
//! out, hashes as text, and the changes as the text that the column has. Any language can recompute it from a dump of the table. The
//! first event follows a hash of zeros.

use rusqlite::{Connection, Row, params};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::model::Hash;
use crate::store::sqlite::ledger::chain::GENESIS;
use crate::store::sqlite::values::to_json;

/// The columns that a hash covers.
#[derive(Serialize)]
pub(super) struct Link<'a> {
    pub(super) previous: &'a str,
    pub(super) id: i64,
    pub(super) at: &'a str,
    pub(super) actor: &'a str,
    pub(super) uid: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sudo_user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'a str>,
    pub(super) command: &'a str,
    pub(super) version: &'a str,
    pub(super) entity: &'a str,
    pub(super) action: &'a str,
    pub(super) subject: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) customer_id: Option<i64>,
    pub(super) changes: &'a str,
}

impl Link<'_> {
    pub(super) fn hash(&self) -> Result<Hash> {
        Ok(Hash(Sha256::digest(to_json(self)?).into()))
    }
}

const SELECT: &str = "SELECT id, at, actor, uid, sudo_user, reason, command, version, entity, action, subject, customer_id, changes, hash
    FROM event WHERE id > ?1 ORDER BY id";

/// The hash of a row of `SELECT` that follows an event with the hash `previous`.
fn hash_of(row: &Row<'_>, previous: Hash) -> Result<Hash> {
    let text = |column: usize| -> Result<&str> { Ok(row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?) };
    let some_text = |column: usize| -> Result<Option<&str>> {
        Ok(row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?)
    };
    Link {
        previous: &previous.to_string(),
        id: row.get(0)?,
        at: text(1)?,
        actor: text(2)?,
        uid: row.get(3)?,
        sudo_user: some_text(4)?,
        reason: some_text(5)?,
        command: text(6)?,
        version: text(7)?,
        entity: text(8)?,
        action: text(9)?,
        subject: text(10)?,
        customer_id: row.get(11)?,
        changes: text(12)?,
    }
    .hash()
}

/// Passes each event after the event `after`, whose hash is `previous`, with the hash that it has and the one that it should have.
pub(super) fn walk(
    connection: &Connection,
    after: i64,
    mut previous: Hash,
    mut each: impl FnMut(i64, Hash, Hash) -> Result<()>,
) -> Result<()> {
    let mut statement = connection.prepare(SELECT)?;
    let mut rows = statement.query([after])?;
    while let Some(row) = rows.next()? {
        let (found, expected) = (row.get(13)?, hash_of(row, previous)?);
        each(row.get(0)?, found, expected)?;
        previous = found;
    }
    Ok(())
}

/// Chains the events of a database or document of a schema that had no chain of them. The trigger that forbids changes is away
/// meanwhile.
pub(super) fn chain_events(connection: &Connection) -> Result<()> {
    connection.execute_batch("DROP TRIGGER event_is_never_changed")?;
    let (mut previous, mut done) = (GENESIS, 0);
    let mut update = connection.prepare("UPDATE event SET hash = ?2 WHERE id = ?1")?;
    let mut next = connection.prepare(SELECT)?;
    loop {
        // An event is read anew after each change, because a statement must not change what it is reading.
        let mut rows = next.query([done])?;
        let Some(row) = rows.next()? else { break };
        (done, previous) = (row.get(0)?, hash_of(row, previous)?);
        drop(rows);
        update.execute(params![done, previous])?;
    }
    Ok(connection.execute_batch(NEVER_CHANGED)?)
}

/// As `001_initial.sql` has it.
const NEVER_CHANGED: &str = "CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event BEGIN
    SELECT raise(ABORT, 'events are append-only');
END";
