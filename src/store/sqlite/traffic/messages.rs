//! Messages, one row each. A batch is a run of its own in each of its days, so its messages are appended.

use std::collections::BTreeMap;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{Destination, Message, MessageId};
use crate::store::sqlite::bulk_insert::{Binding, write_rows_with};
use crate::store::sqlite::traffic::fingerprint::fingerprint;
use crate::store::sqlite::traffic::message_index::{add_to_index, entry};
use crate::store::sqlite::traffic::packed_message::PackedMessage;
use crate::store::sqlite::traffic::runs::{add_run, runs_of_day};
use crate::store::{KnownMessage, Snapshot, StoredMessage, Tx};

pub(in crate::store::sqlite) const COLUMNS: &str = "packed, destination, price_e8, import_id";

impl ToSql for MessageId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Text(text) => ToSqlOutput::from(&**text),
            Self::Uuid(bytes) => ToSqlOutput::from(bytes.as_slice()),
        })
    }
}

impl FromSql for MessageId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Text(_) => Ok(Self::Text(value.as_str()?.into())),
            ValueRef::Blob(bytes) => bytes.try_into().map(Self::Uuid).map_err(|_| FromSqlError::InvalidType),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

impl ToSql for Destination {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Number(number) => ToSqlOutput::from(number.cast_signed()),
            Self::Other(text) => ToSqlOutput::from(&**text),
        })
    }
}

impl FromSql for Destination {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Integer(number) => u64::try_from(number).map(Self::Number).map_err(FromSqlError::other),
            ValueRef::Text(_) => Ok(Self::Other(value.as_str()?.into())),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

/// Reads [`COLUMNS`], the first of which is the column `first`, of a message that the import `of_run` brought.
pub(in crate::store::sqlite) fn read(row: &Row<'_>, first: usize, of_run: i64) -> rusqlite::Result<KnownMessage> {
    let PackedMessage { second, state, charged, parts, network } = row.get(first)?;
    Ok(KnownMessage {
        second,
        state,
        destination: row.get(first + 1)?,
        parts,
        price: row.get(first + 2)?,
        network,
        charged,
        import_id: row.get::<_, Option<i64>>(first + 3)?.unwrap_or(of_run),
    })
}

impl Snapshot<'_> {
    /// Passes every message of the days, both ends included, to `each`, by day, run, ID and account.
    pub fn messages<E: From<Error>>(
        &self,
        days: (i32, i32),
        mut each: impl FnMut(StoredMessage) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "SELECT day, run, id, account_id, {COLUMNS} FROM message WHERE day BETWEEN ?1 AND ?2
             ORDER BY day, run, id, account_id"
        );
        let mut statement = self.transaction.prepare_cached(&sql).map_err(Error::from)?;
        let mut rows = statement.query([days.0, days.1]).map_err(Error::from)?;
        let (mut of_day, mut runs) = (None, BTreeMap::new());
        while let Some(row) = rows.next().map_err(Error::from)? {
            let key = || Ok::<(i32, u32), rusqlite::Error>((row.get(0)?, row.get(1)?));
            let (day, run) = key().map_err(Error::from)?;
            if of_day != Some(day) {
                (of_day, runs) = (Some(day), runs_of_day(&self.transaction, day)?);
            }
            // `db check` reports a run that is not there.
            let of_run = runs.get(&run).map_or(0, |run| run.import_id);
            let stored = || {
                let (id, account_id, known) = (row.get(2)?, row.get(3)?, read(row, 4, of_run)?);
                Ok::<_, rusqlite::Error>(StoredMessage { day, run, id, account_id, known })
            };
            each(stored().map_err(Error::from)?)?;
        }
        Ok(())
    }
}

impl Tx<'_> {
    /// Inserts messages of one day that are not stored yet, each with whether it is charged, as a run of their own. They must be
    /// sorted by their keys.
    pub fn insert_messages(&mut self, import_id: i64, day: i32, messages: &[(&Message, bool)]) -> Result<()> {
        if messages.is_empty() {
            return Ok(());
        }
        let run = add_run(&self.transaction, day, import_id, messages.len())?;
        // The day and the run are bound once.
        let row = |row: usize| {
            let own: Vec<String> = (3..=7).map(|column| format!("?{}", row * 5 + column)).collect();
            format!("(?1,?2,{},NULL)", own.join(","))
        };
        let insert = |rows: usize| {
            let rows: Vec<String> = (0..rows).map(row).collect();
            format!("INSERT OR FAIL INTO message VALUES {}", rows.join(","))
        };
        let common = |statement: &mut Binding<'_, '_>| {
            statement.bind(day)?;
            statement.bind(run)
        };
        write_rows_with(&self.transaction, messages, common, insert, |statement, (message, charged)| {
            statement.bind(&message.id)?;
            statement.bind(message.account_id)?;
            let Message { second, state, parts, network, .. } = **message;
            statement.bind(PackedMessage { second, state, charged: *charged, parts, network })?;
            statement.bind(&message.destination)?;
            statement.bind(message.price)
        })?;
        let entries = messages.iter().map(|(message, _)| entry(fingerprint(&message.id, message.account_id), run));
        let mut entries: Vec<_> = entries.collect();
        entries.sort_unstable();
        add_to_index(&self.transaction, day, &entries)
    }

    /// Updates a stored message of a run. Its destination and parts never change.
    pub fn update_message(
        &mut self,
        (day, id, account_id): (i32, &MessageId, i64),
        run: u32,
        known: &KnownMessage,
    ) -> Result<()> {
        let KnownMessage { second, state, charged, parts, network, price, import_id, .. } = *known;
        let packed = PackedMessage { second, state, charged, parts, network };
        self.transaction
            .prepare_cached(
                "UPDATE message SET packed = ?5, price_e8 = ?7,
                    import_id = nullif(?6, (SELECT import_id FROM message_run WHERE day = ?1 AND run = ?2))
                 WHERE day = ?1 AND run = ?2 AND id = ?3 AND account_id = ?4",
            )?
            .execute(params![day, run, id, account_id, packed, import_id, price])?;
        Ok(())
    }

    /// Deletes messages of days before `day`, the oldest first; returns their number.
    pub fn delete_messages_before(&mut self, day: i32, at_most: u64) -> Result<u64> {
        // The table is clustered by its key, so the rows before a key are one range.
        let last = self
            .transaction
            .prepare_cached(
                "SELECT day, run, id, account_id FROM message WHERE day < ?1
                 ORDER BY day, run, id, account_id LIMIT 1 OFFSET ?2",
            )?
            .query_row(params![day, at_most], |row| {
                Ok((row.get::<_, i32>(0)?, row.get::<_, u32>(1)?, row.get::<_, MessageId>(2)?, row.get::<_, i64>(3)?))
            })
            .optional()?;
        if let Some((day, run, id, account_id)) = last {
            let sql = "DELETE FROM message WHERE (day, run, id, account_id) < (?1, ?2, ?3, ?4)";
            return Ok(self.transaction.prepare_cached(sql)?.execute(params![day, run, id, account_id])? as u64);
        }
        let deleted = self.transaction.prepare_cached("DELETE FROM message WHERE day < ?1")?.execute([day])?;
        for rows in ["message_run WHERE", "message_index WHERE", "traffic_layer WHERE kind = 'index' AND"] {
            self.transaction.execute(&format!("DELETE FROM {rows} day < ?1"), [day])?;
        }
        Ok(deleted as u64)
    }

    /// Records that messages of days before `day` are pruned.
    pub fn set_pruned_before(&mut self, day: i32) -> Result<()> {
        self.transaction.execute(
            "INSERT INTO traffic_pruned VALUES (1, ?1) ON CONFLICT DO UPDATE SET before_day = max(before_day, ?1)",
            [day],
        )?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// The day before which messages are pruned, if any were.
    pub fn pruned_before(&self) -> Result<Option<i32>> {
        Ok(self
            .transaction
            .prepare_cached("SELECT before_day FROM traffic_pruned")?
            .query_row([], |row| row.get(0))
            .optional()?)
    }
}
