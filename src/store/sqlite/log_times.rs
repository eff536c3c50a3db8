//! Finds places in the ledger and in the audit log by time.
//!
//! Rows are numbered in the order in which they were written, and their times are those of the clock, which may have been set back.
//! The table `clock_set_back` has each place where it was; in the runs between them, times never go back. So the run is looked up
//! among few rows, and the place in it is found by halving: the answer costs the same however long the log is.

use rusqlite::{OptionalExtension, ToSql, params};

use crate::error::Result;
use crate::model::Time;
use crate::store::Snapshot;

/// A log whose rows are numbered and have times.
#[derive(Debug, Clone, Copy)]
pub(super) enum Log {
    Ledger,
    Audit,
}

impl Log {
    /// The table of the log, which is also its name in `clock_set_back`.
    pub(super) const fn table(self) -> &'static str {
        match self {
            Self::Ledger => "entry",
            Self::Audit => "event",
        }
    }
}

impl Snapshot<'_> {
    /// The number of the last row of a log that is dated before a time, or 0.
    pub(super) fn last_row_before(&self, log: Log, time: Time) -> Result<i64> {
        // The first row of a run is its earliest.
        let begin = self.set_back(log, "at < ?2 ORDER BY id DESC", time)?.unwrap_or(1);
        let next = self.set_back(log, "id > ?2 ORDER BY id", begin)?;
        let end = next.map_or_else(|| self.last_row(log), |next| Ok(next - 1))?;
        self.last_before_within(log, begin, end, time)
    }

    /// The number of the first row of a log that is dated at or after a time, or the one after the last row.
    pub(super) fn first_row_since(&self, log: Log, time: Time) -> Result<i64> {
        // The last row of a run is its latest.
        let next = self.set_back(log, "before_at >= ?2 ORDER BY id", time)?;
        let end = next.map_or_else(|| self.last_row(log), |next| Ok(next - 1))?;
        let begin = self.set_back(log, "id <= ?2 ORDER BY id DESC", end)?.unwrap_or(1);
        Ok(self.last_before_within(log, begin, end, time)? + 1)
    }

    /// The first row, in an order, after the clock was set back that meets a condition on `?2`.
    fn set_back(&self, log: Log, condition_and_order: &str, value: impl ToSql) -> Result<Option<i64>> {
        let sql = format!("SELECT id FROM clock_set_back WHERE log = ?1 AND {condition_and_order} LIMIT 1");
        let mut statement = self.transaction.prepare_cached(&sql)?;
        Ok(statement.query_row(params![log.table(), value], |row| row.get(0)).optional()?)
    }

    pub(super) fn last_row(&self, log: Log) -> Result<i64> {
        let sql = format!("SELECT coalesce(max(id), 0) FROM {}", log.table());
        Ok(self.transaction.prepare_cached(&sql)?.query_row([], |row| row.get(0))?)
    }

    /// The last row before a time among rows whose times never go back; the one before them if there is none.
    fn last_before_within(&self, log: Log, begin: i64, end: i64, time: Time) -> Result<i64> {
        // A damaged log may have gaps; a missing row counts as the one before it.
        let sql = format!("SELECT at < ?2 FROM {} WHERE id <= ?1 ORDER BY id DESC LIMIT 1", log.table());
        let mut is_before = self.transaction.prepare_cached(&sql)?;
        let (mut before, mut not_before) = (begin - 1, end + 1);
        while not_before - before > 1 {
            let middle = before + (not_before - before) / 2;
            if is_before.query_row(params![middle, time], |row| row.get(0))? {
                before = middle;
            } else {
                not_before = middle;
            }
        }
        Ok(before)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use rusqlite::Connection;

    use super::*;
    use crate::store::CheckReport;
    use crate::store::sqlite::check::NewPart;
    use crate::store::sqlite::schema;

    fn time(second: u32) -> String {
        format!("2026-11-24T12:00:{second:02}.000Z")
    }

    /// Logs whose rows are dated with these seconds.
    fn logs(seconds: &[u32]) -> Connection {
        let connection = schema::in_memory();
        for (id, second) in (1..).zip(seconds) {
            let at = time(*second);
            let values: (i64, &str) = (id, &at);
            for sql in [
                "INSERT INTO event (id, at, actor, uid, command, version, entity, action, subject, changes)
                 VALUES (?1, ?2, 'jo', 0, '', '', 'customer', 'new', '', '{}')",
                "INSERT INTO entry (id, customer_id, unit, kind, amount_e8, balance_after_e8, description, actor, uid, command,
                    version, at, hash)
                 VALUES (?1, 1, 'SMS', 'adjustment', 0, 0, 'x', 'jo', 0, '', '', ?2, zeroblob(32))",
            ] {
                connection.execute(sql, values).expect("inserted");
            }
        }
        connection
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// The quick way finds what a walk along the whole log finds, however often the clock was set back.
        #[test]
        fn places_are_those_of_a_walk(seconds in vec(0..12_u32, 0..40), sorted in any::<bool>()) {
            let mut seconds = seconds;
            if sorted {
                seconds.sort_unstable();
            }
            let mut connection = logs(&seconds);
            let snapshot = Snapshot::of(connection.transaction().expect("begun"));
            for second in 0..14 {
                let last = seconds.iter().rposition(|at| *at < second).map_or(0, |place| place + 1);
                let first = seconds.iter().position(|at| *at >= second).unwrap_or(seconds.len()) + 1;
                for log in [Log::Ledger, Log::Audit] {
                    let at = time(second).parse().expect("a time");
                    prop_assert_eq!(snapshot.last_row_before(log, at).expect("read"), i64::try_from(last).unwrap_or(-1));
                    prop_assert_eq!(snapshot.first_row_since(log, at).expect("read"), i64::try_from(first).unwrap_or(-1));
                }
            }
            let mut report = CheckReport::default();
            snapshot.check_set_back(&NewPart::default(), &mut report).expect("checked");
            prop_assert_eq!(report.findings, Vec::<String>::new());
        }
    }

    #[test]
    fn a_place_that_is_not_noted_or_wrongly_noted_is_found() {
        for change in [
            "DELETE FROM clock_set_back WHERE log = 'event'",
            "INSERT INTO clock_set_back SELECT 'event', 3, at, '2027' FROM event WHERE id = 3",
        ] {
            let mut connection = logs(&[5, 4, 6]);
            connection.execute_batch(change).expect("changed");
            let snapshot = Snapshot::of(connection.transaction().expect("begun"));
            let mut report = CheckReport::default();
            snapshot.check_set_back(&NewPart::default(), &mut report).expect("checked");
            assert_eq!(report.findings.len(), 1, "{change}");
        }
    }
}
