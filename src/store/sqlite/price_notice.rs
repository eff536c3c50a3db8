//! Which customers were notified of which prices: rows of `price_notice`.

use std::collections::HashSet;

use rusqlite::params;

use crate::error::Result;
use crate::store::{Snapshot, Tx};

impl Snapshot<'_> {
    /// The customers who were notified of prices of a plan, each with the ID of the price.
    pub fn price_notices(&self, plan_id: i64) -> Result<HashSet<(i64, i64)>> {
        let sql = "SELECT customer_id, price_id FROM price_notice JOIN price ON price.id = price_id WHERE plan_id = ?1";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let notices = statement.query_map([plan_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
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
