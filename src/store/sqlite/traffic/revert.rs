//! What is needed to take out an import: its messages, and the imports that build on it.

use rusqlite::{OptionalExtension, params};

use crate::error::{Error, Result};
use crate::model::Import;
use crate::store::sqlite::traffic::message_index::remove_from_index;
use crate::store::sqlite::traffic::messages::{COLUMNS, read};
use crate::store::sqlite::traffic::runs::runs_of_day;
use crate::store::sqlite::traffic::sums::merge_all;
use crate::store::{Snapshot, StoredMessage, Tx};

impl Snapshot<'_> {
    /// Passes the messages that an import brought to a day to `each`, by run, ID and account.
    pub fn messages_of_import<E: From<Error>>(
        &self,
        import_id: i64,
        day: i32,
        mut each: impl FnMut(StoredMessage) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "SELECT id, account_id, {COLUMNS} FROM message WHERE day = ?1 AND run = ?2 ORDER BY day, run, id, account_id"
        );
        let mut statement = self.transaction.prepare_cached(&sql).map_err(Error::from)?;
        for (run, of_run) in runs_of_day(&self.transaction, day)? {
            if of_run.import_id != import_id {
                continue;
            }
            let mut rows = statement.query(params![day, run]).map_err(Error::from)?;
            while let Some(row) = rows.next().map_err(Error::from)? {
                let stored = || {
                    let (id, account_id, known) = (row.get(0)?, row.get(1)?, read(row, 2, import_id)?);
                    Ok::<_, rusqlite::Error>(StoredMessage { day, run, id, account_id, known })
                };
                each(stored().map_err(Error::from)?)?;
            }
        }
        Ok(())
    }

    /// Whether an import changed messages that an earlier one had brought. Of imports of schema 15 and older this is not known, so
    /// any update counts.
    pub fn changed_earlier_messages(&self, import: &Import) -> Result<bool> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT coalesce(changed_earlier, updated) > 0 FROM import WHERE id = ?1")?;
        Ok(statement.query_row([import.id], |row| row.get(0))?)
    }

    /// The first later import that reported messages of an account and days of this one which were stored already.
    pub fn import_that_builds_on(&self, import: &Import) -> Result<Option<Import>> {
        let sql = "SELECT later.id FROM import AS later
             WHERE later.id > ?1 AND later.reverted_at IS NULL AND later.last_day >= ?2 AND later.first_day <= ?3
             AND coalesce(later.knew_earlier, later.updated + later.duplicate) > 0
             AND EXISTS (SELECT 1 FROM import_account AS one JOIN import_account AS other
                ON other.import_id = later.id AND other.account_id = one.account_id
                AND other.last_day >= one.first_day AND other.first_day <= one.last_day
                WHERE one.import_id = ?1)
             ORDER BY later.id LIMIT 1";
        let (first, last) = import.days.unzip();
        let mut statement = self.transaction.prepare_cached(sql)?;
        let later: Option<i64> = statement.query_row(params![import.id, first, last], |row| row.get(0)).optional()?;
        later.map(|id| self.import(id)).transpose()
    }
}

impl Tx<'_> {
    /// Deletes the messages that an import brought to a day, after they were subtracted from its sums.
    pub fn delete_runs(&mut self, import_id: i64, day: i32) -> Result<()> {
        let runs = runs_of_day(&self.transaction, day)?;
        let own: Vec<u32> = runs.iter().filter(|(_, run)| run.import_id == import_id).map(|(run, _)| *run).collect();
        for run in &own {
            for table in ["message", "message_run"] {
                let sql = format!("DELETE FROM {table} WHERE day = ?1 AND run = ?2");
                self.transaction.prepare_cached(&sql)?.execute((day, run))?;
            }
        }
        remove_from_index(&self.transaction, day, &own)?;
        merge_all(&self.transaction, day)
    }

    /// Notes that an import is reverted.
    pub fn note_reverted(&mut self, id: i64) -> Result<()> {
        let mut statement = self.transaction.prepare_cached("UPDATE import SET reverted_at = ?2 WHERE id = ?1")?;
        statement.execute(params![id, self.at()])?;
        Ok(())
    }
}
