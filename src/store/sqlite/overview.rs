//! Counts for the overview. Each reads an index, a column of one table or a few rows, so that they cost little on a large database.

use std::collections::BTreeSet;

use rusqlite::params;

use crate::error::{Error, Result};
use crate::model::{EmailState, ImportState, Level, Time, Unit};
use crate::store::Snapshot;

/// Low balances of active customers. Most are higher than any threshold, so a scan of balances, whose rows are small, rules them out;
/// the warning and the customer are read only for others, in the order that `CROSS JOIN` keeps.
const LOW: &str =
    "SELECT balance.customer_id, balance.unit, CASE WHEN balance_e8 <= lower_e8 THEN 'lower' ELSE 'upper' END
    FROM balance CROSS JOIN warning ON warning.customer_id = balance.customer_id AND warning.unit = balance.unit
    CROSS JOIN customer ON customer.id = balance.customer_id
    WHERE balance_e8 <= (SELECT max(upper_e8) FROM warning WHERE active)
    AND active AND balance_e8 <= upper_e8 AND archived_at IS NULL";

/// Balances of active prepaid customers below their credit limit.
const OVERDRAWN: &str =
    "SELECT balance.customer_id, balance.unit FROM balance CROSS JOIN customer ON customer.id = balance.customer_id
    WHERE balance_e8 < -credit_limit_e8 AND archived_at IS NULL AND billing = 'prepaid'";

impl Snapshot<'_> {
    /// The numbers of active and of archived customers.
    pub fn count_customers(&self) -> Result<(u64, u64)> {
        let sql = "SELECT count(*), count(archived_at) FROM customer";
        let (all, archived): (u64, u64) =
            self.transaction.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((all - archived, archived))
    }

    /// Whether there is a customer, archived or not.
    pub fn has_customers(&self) -> Result<bool> {
        Ok(self.transaction.prepare("SELECT 1 FROM customer LIMIT 1")?.exists([])?)
    }

    /// The number of emails in a state.
    pub fn count_emails(&self, state: EmailState) -> Result<u64> {
        let sql = "SELECT count(*) FROM outbox_email WHERE state = ?1";
        Ok(self.transaction.prepare_cached(sql)?.query_row([state], |row| row.get(0))?)
    }

    /// Passes customer, unit and level of the balances of active customers that are low now, whatever the last check found, to
    /// `each`.
    pub fn low_balances(&self, mut each: impl FnMut(i64, Unit, Level)) -> Result<()> {
        let mut statement = self.transaction.prepare_cached(LOW)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(row.get(0)?, row.get(1)?, row.get(2)?);
        }
        Ok(())
    }

    /// Customer and unit of balances below zero, or below the credit limit, of active customers who pay in advance, whether they have
    /// a warning or not.
    pub fn overdrawn_balances(&self) -> Result<BTreeSet<(i64, Unit)>> {
        let mut statement = self.transaction.prepare_cached(OVERDRAWN)?;
        let keys = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(keys.collect::<rusqlite::Result<_>>()?)
    }

    /// The number of imports in a state that was not reverted.
    pub fn count_imports(&self, state: ImportState) -> Result<u64> {
        let sql = "SELECT count(*) FROM import WHERE state = ?1 AND reverted_at IS NULL";
        Ok(self.transaction.prepare_cached(sql)?.query_row([state], |row| row.get(0))?)
    }

    /// The number of rows that imports since a time left out because they were invalid, such as messages without a price.
    pub fn count_refused_rows(&self, since: Time) -> Result<u64> {
        let sql = "SELECT coalesce(sum(refused), 0) FROM import WHERE begun_at >= ?1 AND reverted_at IS NULL";
        Ok(self.transaction.prepare_cached(sql)?.query_row(params![since], |row| row.get(0))?)
    }

    /// The size of the database in bytes, without its write-ahead log.
    pub fn database_size(&self) -> Result<u64> {
        let pragma = |name: &str| self.transaction.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, u64>(0));
        let size = pragma("page_count").and_then(|pages| Ok(pages * pragma("page_size")?));
        size.map_err(Error::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::schema;

    #[test]
    fn warnings_and_customers_are_looked_up_only_for_balances_that_may_be_low() {
        let connection = schema::in_memory();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {LOW}")).expect("prepared");
        let lines = statement.query_map([], |row| row.get::<_, String>(3)).expect("explained");
        let plan: Vec<String> = lines.collect::<rusqlite::Result<_>>().expect("read");
        let begins = |line: usize, text: &str| assert!(plan[line].starts_with(text), "{plan:?}");
        begins(0, "SCAN balance");
        begins(plan.len() - 2, "SEARCH warning USING PRIMARY KEY (customer_id=? AND unit=?)");
        begins(plan.len() - 1, "SEARCH customer USING INTEGER PRIMARY KEY");
    }
}
