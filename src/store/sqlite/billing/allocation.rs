//! Allocations: which credit settles which debit.

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::invoice::Allocation;
use crate::model::{Money, Time};
use crate::store::sqlite::billing::chain;
use crate::store::sqlite::filter::Query;
use crate::store::sqlite::ledger::chain::GENESIS;
use crate::store::{Snapshot, Tx};

const SELECT: &str = "SELECT id, credit_id, debit_id, amount_e8, at, hash FROM allocation";

fn read(row: &Row<'_>) -> rusqlite::Result<Allocation> {
    Ok(Allocation {
        id: row.get(0)?,
        credit: row.get(1)?,
        debit: row.get(2)?,
        amount: row.get(3)?,
        at: row.get(4)?,
        hash: row.get(5)?,
    })
}

impl Snapshot<'_> {
    /// The last allocation, if there is one.
    pub fn last_allocation(&self) -> Result<Option<Allocation>> {
        let mut statement = self.transaction.prepare_cached(&format!("{SELECT} ORDER BY id DESC LIMIT 1"))?;
        Ok(statement.query_row([], read).optional()?)
    }

    /// Passes every allocation to `each`, in the order of their numbers.
    pub fn allocations(&self, each: impl FnMut(Allocation) -> Result<()>) -> Result<()> {
        let mut query = Query::default();
        query.order(&["id"], false);
        query.run(&self.transaction, SELECT, read, each)
    }

    /// What of a credit settles which debit: number of the entry, and amount.
    pub fn allocations_of(&self, credit: i64) -> Result<Vec<(i64, Money)>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT debit_id, sum(amount_e8) FROM allocation WHERE credit_id = ?1 GROUP BY debit_id
             HAVING sum(amount_e8) <> 0 ORDER BY debit_id",
        )?;
        let sums = statement.query_map([credit], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(sums.collect::<rusqlite::Result<_>>()?)
    }

    /// The debits of which what a credit settled was taken back at a time.
    pub fn debits_taken_back(&self, credit: i64, at: Time) -> Result<Vec<i64>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT debit_id FROM allocation WHERE credit_id = ?1 AND at = ?2 AND amount_e8 < 0 ORDER BY debit_id",
        )?;
        let debits = statement.query_map(params![credit, at], |row| row.get(0))?;
        Ok(debits.collect::<rusqlite::Result<_>>()?)
    }

    /// When a credit last settled a debit, or that was last taken back.
    pub fn last_settled_at(&self, debit: i64) -> Result<Option<Time>> {
        let mut statement = self.transaction.prepare_cached("SELECT max(at) FROM allocation WHERE debit_id = ?1")?;
        Ok(statement.query_row([debit], |row| row.get(0))?)
    }

    /// Which credits settle a debit: number of the entry, and amount.
    pub fn settlements_of(&self, debit: i64) -> Result<Vec<(i64, Money)>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT credit_id, sum(amount_e8) FROM allocation WHERE debit_id = ?1 GROUP BY credit_id
             HAVING sum(amount_e8) <> 0 ORDER BY credit_id",
        )?;
        let sums = statement.query_map([debit], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(sums.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// Appends an allocation of an amount, which is negative if it takes back what was allocated. The caller has checked that the
    /// credit and the debit have as much.
    ///
    /// # Errors
    /// [`Error::Damaged`] when the last allocation was changed.
    pub fn append_allocation(&mut self, credit: i64, debit: i64, amount: Money) -> Result<Allocation> {
        let last = self.last_allocation()?;
        if let Some(last) = &last {
            let before = "SELECT hash FROM allocation WHERE id = ?1";
            let mut statement = self.transaction.prepare_cached(before)?;
            let before = statement.query_row([last.id - 1], |row| row.get(0)).optional()?.unwrap_or(GENESIS);
            if chain::hash_of_allocation(before, last)? != last.hash {
                return Err(Error::Damaged(format!("allocation {} was changed after it was made", last.id)));
            }
        }
        let id = last.as_ref().map_or(1, |last| last.id + 1);
        let mut allocation = Allocation { id, credit, debit, amount, at: self.at(), hash: GENESIS };
        allocation.hash = chain::hash_of_allocation(last.map_or(GENESIS, |last| last.hash), &allocation)?;
        self.transaction
            .prepare_cached(
                "INSERT INTO allocation (id, credit_id, debit_id, amount_e8, at, hash) VALUES (?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![id, credit, debit, amount, allocation.at, allocation.hash])?;
        Ok(allocation)
    }
}
