//! Which customers were notified of which prices: rows of `price_notice`.

use std::collections::HashSet;

use rusqlite::params;

use crate::error::Result;
use crate::store::{Snapshot, Tx};

impl Snapshot<'_> {
    /// The IDs of the prices of which a customer was notified.
    pub fn price_notices(&self, customer_id: i64) -> Result<HashSet<i64>> {
        let mut statement =
            self.transaction.prepare_cached("SELECT price_id FROM price_notice WHERE customer_id = ?1")?;
        let notices = statement.query_map([customer_id], |row| row.get(0))?;
        Ok(notices.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// Records that a customer was notified of a price, if it is not recorded yet.
    pub fn record_price_notice(&mut self, customer_id: i64, price_id: i64) -> Result<()> {
        let sql =
            "INSERT INTO price_notice (customer_id, price_id, queued_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        self.transaction.prepare_cached(sql)?.execute(params![customer_id, price_id, self.at()])?;
        Ok(())
    }
}
