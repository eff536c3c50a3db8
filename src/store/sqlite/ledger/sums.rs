//! The sums of entries by balance and kind, which a trigger updates with each entry.

use crate::error::Result;
use crate::store::{EntrySum, Snapshot};

impl Snapshot<'_> {
    /// The sums of a customer's entries, by unit and kind.
    pub fn entry_sums(&self, customer_id: i64) -> Result<Vec<EntrySum>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT unit, kind, entries, added_e8, taken_e8, first_at, last_at FROM entry_sum WHERE customer_id = ?1",
        )?;
        let sums = statement.query_map([customer_id], |row| {
            Ok(EntrySum {
                unit: row.get(0)?,
                kind: row.get(1)?,
                entries: row.get(2)?,
                added: row.get(3)?,
                taken: row.get(4)?,
                first_at: row.get(5)?,
                last_at: row.get(6)?,
            })
        })?;
        Ok(sums.collect::<rusqlite::Result<_>>()?)
    }
}
