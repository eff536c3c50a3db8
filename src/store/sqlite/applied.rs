//! Records that are kept in files: which they are, and when their files were last applied as a whole.

use rusqlite::{OptionalExtension, params};

use crate::error::Result;
use crate::model::{AccountCode, Manager};
use crate::store::{Snapshot, Tx};

impl Snapshot<'_> {
    /// The account codes of the active customers that are kept in these files, in order.
    pub fn customers_managed_by(&self, manager: &Manager) -> Result<Vec<AccountCode>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT account_code FROM customer WHERE managed_by = ?1 AND archived_at IS NULL ORDER BY account_code",
        )?;
        let codes = statement.query_map([manager], |row| row.get(0))?;
        Ok(codes.collect::<rusqlite::Result<_>>()?)
    }

    /// The last event of the audit log when these files were last applied as a whole; 0 if they never were.
    pub fn last_event_when_applied(&self, manager: &Manager) -> Result<i64> {
        let mut statement =
            self.transaction.prepare_cached("SELECT last_event FROM applied_tree WHERE manager = ?1")?;
        Ok(statement.query_row([manager], |row| row.get(0)).optional()?.unwrap_or_default())
    }

    /// The customers kept in files, each with their name, of which events after this one changed what files declare.
    pub fn managed_customers_changed_since(&self, event: i64) -> Result<Vec<(AccountCode, Manager)>> {
        // Most installations keep nothing in files.
        if !self.transaction.prepare_cached("SELECT 1 FROM applied_tree")?.exists([])? {
            return Ok(Vec::new());
        }
        let mut statement = self.transaction.prepare_cached(
            "SELECT DISTINCT customer.account_code, customer.managed_by FROM event JOIN customer ON customer.id = event.customer_id
             WHERE event.id > ?1 AND customer.managed_by IS NOT NULL
                AND action IN ('new', 'edit', 'archive', 'unarchive', 'add', 'remove', 'restore', 'enable', 'disable', 'warn', 'limit')
                AND entity IN ('customer', 'contact', 'smpp', 'balance')
             ORDER BY customer.account_code",
        )?;
        let changed = statement.query_map([event], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(changed.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// Records that these files were applied as a whole: the database has what they say.
    pub fn set_applied(&mut self, manager: &Manager, last_event: i64) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO applied_tree (manager, last_event) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET last_event = excluded.last_event WHERE last_event <> excluded.last_event",
            )?
            .execute(params![manager, last_event])?;
        Ok(())
    }
}
