//! Messages, one row each. Batches are read and written in the order of the table's key, so that pages are visited once.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{Destination, Message, MessageId};
use crate::store::sqlite::bulk_insert::{Binding, write_rows_with};
use crate::store::sqlite::traffic::packed_message::PackedMessage;
use crate::store::{KnownMessage, Snapshot, Tx};

/// Reading all messages of a day in order is faster than a lookup for each, if it reads at most this many for each one needed.
const WORTH_READING: usize = 12;

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

/// Reads [`COLUMNS`], the first of which is the column `first`.
pub(in crate::store::sqlite) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<KnownMessage> {
    let PackedMessage { second, state, charged, parts } = row.get(first)?;
    Ok(KnownMessage {
        second,
        state,
        destination: row.get(first + 1)?,
        parts,
        price: row.get(first + 2)?,
        charged,
        import_id: row.get(first + 3)?,
    })
}

/// Compares a stored ID with another in the order of the table: texts before blobs.
fn compare_ids(stored: ValueRef<'_>, id: &MessageId) -> Ordering {
    match (stored, id) {
        (ValueRef::Text(stored), MessageId::Text(text)) => stored.cmp(text.as_bytes()),
        (ValueRef::Blob(stored), MessageId::Uuid(bytes)) => stored.cmp(bytes),
        (ValueRef::Blob(_), MessageId::Text(_)) => Ordering::Greater,
        _ => Ordering::Less,
    }
}

impl Snapshot<'_> {
    /// The days of a range, both ends included, that have traffic, whether or not its messages were pruned.
    pub fn days_with_traffic(&self, first: i32, last: i32) -> Result<BTreeSet<i32>> {
        let mut days = BTreeSet::new();
        let mut statement = self
            .transaction
            .prepare_cached("SELECT day FROM traffic_daily WHERE day BETWEEN ?1 AND ?2 ORDER BY day LIMIT 1")?;
        let mut from = first;
        while let Some(day) = statement.query_row([from, last], |row| row.get(0)).optional()? {
            days.insert(day);
            from = day + 1;
        }
        Ok(days)
    }

    /// Looks up messages of one day, which must be sorted by key. Passes the index of each to `each`, with the stored message
    /// or `None`.
    pub fn known_messages(
        &self,
        messages: &[&Message],
        mut each: impl FnMut(usize, Option<KnownMessage>) -> Result<()>,
    ) -> Result<()> {
        let Some(first) = messages.first() else { return Ok(()) };
        let of_day = self.messages_of_day(first.day)?;
        if usize::try_from(of_day).unwrap_or(usize::MAX) / WORTH_READING > messages.len() {
            (0..).zip(messages).try_for_each(|(place, message)| each(place, self.known_message(message)?))
        } else {
            self.known_in_order(messages, first, each)
        }
    }

    fn known_message(&self, message: &Message) -> Result<Option<KnownMessage>> {
        let sql = format!("SELECT {COLUMNS} FROM message WHERE day = ?1 AND id = ?2 AND account_id = ?3");
        let mut statement = self.transaction.prepare_cached(&sql)?;
        Ok(statement.query_row(params![message.day, message.id, message.account_id], |row| read(row, 0)).optional()?)
    }

    /// Reads the stored messages of the day in order, from the first of `messages` on, and merges the two.
    fn known_in_order(
        &self,
        messages: &[&Message],
        first: &Message,
        mut each: impl FnMut(usize, Option<KnownMessage>) -> Result<()>,
    ) -> Result<()> {
        let sql = format!(
            "SELECT id, account_id, {COLUMNS} FROM message WHERE day = ?1 AND id >= ?2 ORDER BY day, id, account_id"
        );
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let mut stored = statement.query(params![first.day, first.id])?;
        let mut next = stored.next()?;
        for (place, message) in messages.iter().enumerate() {
            let mut found = None;
            while let Some(row) = next {
                let account_id: i64 = row.get(1)?;
                let order = compare_ids(row.get_ref(0)?, &message.id).then(account_id.cmp(&message.account_id));
                if order == Ordering::Equal {
                    found = Some(read(row, 2)?);
                }
                if order != Ordering::Less {
                    break;
                }
                next = stored.next()?;
            }
            each(place, found)?;
        }
        Ok(())
    }

    /// Passes every message of the days, both ends included, to `each`, by day, ID and account.
    pub fn messages<E: From<Error>>(
        &self,
        days: (i32, i32),
        mut each: impl FnMut(i32, MessageId, i64, KnownMessage) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "SELECT day, id, account_id, {COLUMNS} FROM message WHERE day BETWEEN ?1 AND ?2 ORDER BY day, id, account_id"
        );
        let mut statement = self.transaction.prepare_cached(&sql).map_err(Error::from)?;
        let mut rows = statement.query([days.0, days.1]).map_err(Error::from)?;
        while let Some(row) = rows.next().map_err(Error::from)? {
            let key = || Ok::<_, rusqlite::Error>((row.get(0)?, row.get(1)?, row.get(2)?, read(row, 3)?));
            let (day, id, account_id, known) = key().map_err(Error::from)?;
            each(day, id, account_id, known)?;
        }
        Ok(())
    }
}

impl Tx<'_> {
    /// Inserts new messages of one day, each with whether it is charged. Fastest in the order of their keys.
    pub fn insert_messages(&mut self, import_id: i64, day: i32, messages: &[(&Message, bool)]) -> Result<()> {
        // The day and the import are bound once.
        let row = |row: usize| {
            let own: Vec<String> = (3..=7).map(|column| format!("?{}", row * 5 + column)).collect();
            format!("(?1,{},?2)", own.join(","))
        };
        let insert = |rows: usize| {
            let rows: Vec<String> = (0..rows).map(row).collect();
            format!("INSERT OR FAIL INTO message VALUES {}", rows.join(","))
        };
        let common = |statement: &mut Binding<'_, '_>| {
            statement.bind(day)?;
            statement.bind(import_id)
        };
        write_rows_with(&self.transaction, messages, common, insert, |statement, (message, charged)| {
            statement.bind(&message.id)?;
            statement.bind(message.account_id)?;
            let Message { second, state, parts, .. } = **message;
            statement.bind(PackedMessage { second, state, charged: *charged, parts })?;
            statement.bind(&message.destination)?;
            statement.bind(message.price)
        })
    }

    /// Updates a stored message. Its destination and parts never change.
    pub fn update_message(&mut self, message: &Message, known: &KnownMessage) -> Result<()> {
        let KnownMessage { second, state, charged, parts, price, import_id, .. } = *known;
        let packed = PackedMessage { second, state, charged, parts };
        self.transaction
            .prepare_cached(
                "UPDATE message SET packed = ?4, import_id = ?5, price_e8 = ?6
                 WHERE day = ?1 AND id = ?2 AND account_id = ?3",
            )?
            .execute(params![message.day, message.id, message.account_id, packed, import_id, price])?;
        Ok(())
    }

    /// Deletes messages of days before `day`, the oldest first; returns their number.
    pub fn delete_messages_before(&mut self, day: i32, at_most: u64) -> Result<u64> {
        // The table is clustered by its key, so the rows before a key are one range.
        let last = self
            .transaction
            .prepare_cached(
                "SELECT day, id, account_id FROM message WHERE day < ?1 ORDER BY day, id, account_id LIMIT 1 OFFSET ?2",
            )?
            .query_row(params![day, at_most], |row| {
                Ok((row.get::<_, i32>(0)?, row.get::<_, MessageId>(1)?, row.get::<_, i64>(2)?))
            })
            .optional()?;
        let deleted = match last {
            Some((day, id, account_id)) => self
                .transaction
                .prepare_cached("DELETE FROM message WHERE (day, id, account_id) < (?1, ?2, ?3)")?
                .execute(params![day, id, account_id])?,
            None => self.transaction.prepare_cached("DELETE FROM message WHERE day < ?1")?.execute([day])?,
        };
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
