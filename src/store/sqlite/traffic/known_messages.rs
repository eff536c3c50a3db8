//! Finds out which messages are stored already: by the index of their day, and then in the runs that it names.

use std::cmp::Ordering;

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, params};

use crate::error::Result;
use crate::model::{Message, MessageId};
use crate::store::sqlite::traffic::fingerprint::fingerprint;
use crate::store::sqlite::traffic::message_index::{entry, runs_of};
use crate::store::sqlite::traffic::messages::{COLUMNS, read};
use crate::store::sqlite::traffic::runs::{Run, runs_of_day};
use crate::store::{KnownMessage, Snapshot};

/// Reading all messages of a run in order is faster than a lookup for each, if it reads at most this many for each one needed.
const WORTH_READING: usize = 12;

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
    /// Looks up messages of one day. Passes the index of each that is stored to `each`, with its run and what is stored, in the
    /// order of runs.
    pub fn known_messages(
        &self,
        messages: &[&Message],
        mut each: impl FnMut(usize, u32, KnownMessage) -> Result<()>,
    ) -> Result<()> {
        let Some(first) = messages.first() else { return Ok(()) };
        let runs = runs_of_day(&self.transaction, first.day)?;
        if runs.is_empty() {
            return Ok(());
        }
        let fingerprints = (0..).zip(messages);
        let fingerprints =
            fingerprints.map(|(place, message)| entry(fingerprint(&message.id, message.account_id), place));
        let mut wanted: Vec<_> = fingerprints.collect();
        wanted.sort_unstable();
        let mut candidates: Vec<(u32, u32)> = Vec::new();
        runs_of(&self.transaction, first.day, &wanted, |run, place| candidates.push((run, place)))?;
        drop(wanted);
        let key = |(run, place): &(u32, u32)| (*run, messages[*place as usize].key());
        candidates.sort_unstable_by(|one, other| key(one).cmp(&key(other)));
        for of_run in candidates.chunk_by(|one, next| one.0 == next.0) {
            let number = of_run[0].0;
            // `db check` reports a run that is not there.
            let Some(run) = runs.get(&number) else { continue };
            let of_run: Vec<usize> = of_run.iter().map(|(_, place)| *place as usize).collect();
            let found = |place, known| each(place, number, known);
            if usize::try_from(run.messages).unwrap_or(usize::MAX) / WORTH_READING > of_run.len() {
                self.look_up(messages, (number, run), &of_run, found)?;
            } else {
                self.read_through(messages, (number, run), &of_run, found)?;
            }
        }
        Ok(())
    }

    /// Looks up some messages in a run.
    fn look_up(
        &self,
        messages: &[&Message],
        (number, run): (u32, &Run),
        places: &[usize],
        mut found: impl FnMut(usize, KnownMessage) -> Result<()>,
    ) -> Result<()> {
        let sql = format!("SELECT {COLUMNS} FROM message WHERE day = ?1 AND run = ?2 AND id = ?3 AND account_id = ?4");
        let mut statement = self.transaction.prepare_cached(&sql)?;
        for place in places {
            let Message { day, id, account_id, .. } = messages[*place];
            let known = statement.query_row(params![day, number, id, account_id], |row| read(row, 0, run.import_id));
            known.optional()?.map_or(Ok(()), |known| found(*place, known))?;
        }
        Ok(())
    }

    /// Reads the messages of a run, from the first of those that are looked for on, and merges the two.
    fn read_through(
        &self,
        messages: &[&Message],
        (number, run): (u32, &Run),
        places: &[usize],
        mut found: impl FnMut(usize, KnownMessage) -> Result<()>,
    ) -> Result<()> {
        let Message { day, id, .. } = messages[places[0]];
        let sql = format!(
            "SELECT id, account_id, {COLUMNS} FROM message WHERE day = ?1 AND run = ?2 AND id >= ?3
             ORDER BY day, run, id, account_id"
        );
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let mut stored = statement.query(params![day, number, id])?;
        let mut next = stored.next()?;
        for place in places {
            let Message { id, account_id, .. } = messages[*place];
            while let Some(row) = next {
                let order = compare_ids(row.get_ref(0)?, id).then(row.get::<_, i64>(1)?.cmp(account_id));
                if order == Ordering::Equal {
                    found(*place, read(row, 2, run.import_id)?)?;
                }
                if order != Ordering::Less {
                    break;
                }
                next = stored.next()?;
            }
        }
        Ok(())
    }
}
