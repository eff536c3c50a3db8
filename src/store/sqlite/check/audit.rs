//! Checks the audit log: numbers without gaps, the hash chain, and times.

use crate::error::{Error, Result};
use crate::model::{Chain, Time};
use crate::store::sqlite::audit_chain;
use crate::store::sqlite::check::CheckReport;
use crate::store::sqlite::check::new_part::NewPart;
use crate::store::sqlite::ledger::chain::GENESIS;
use crate::store::sqlite::log_times::Log;
use crate::store::{EventFilter, Snapshot};

impl Snapshot<'_> {
    /// Checks that events are numbered without gaps and chained by their hashes. Times that go back are a warning: the clock may
    /// have been wrong.
    pub(super) fn check_events(&self, part: &NewPart, report: &mut CheckReport) -> Result<()> {
        let mut expected = part.event + 1;
        let mut latest: Option<Time> = None;
        self.events(&EventFilter { ids: Some(EventFilter::after(part.event)), ..EventFilter::default() }, |event| {
            if event.id != expected {
                report.add(format!("event {expected} is missing"));
            }
            if latest.is_some_and(|latest| event.at < latest) {
                report.warnings.push(format!("the clock was set back before event {}", event.id));
            }
            expected = event.id + 1;
            latest = Some(event.at);
            Ok::<_, Error>(())
        })?;
        let before = self.hash_in(Chain::Audit, part.event)?.unwrap_or(GENESIS);
        audit_chain::walk(&self.transaction, part.event, before, |id, found, expected| {
            if found != expected {
                report.add(format!("event {id}, or the event before it, was changed after it was written"));
            }
            Ok(())
        })
    }

    /// Checks that every place where the clock was set back is noted, and nothing else.
    pub(in crate::store::sqlite) fn check_set_back(&self, part: &NewPart, report: &mut CheckReport) -> Result<()> {
        for (log, after) in [(Log::Ledger.table(), part.entry), (Log::Audit.table(), part.event)] {
            let found = format!(
                "SELECT id, at, before_at FROM (SELECT id, at, lag(at) OVER (ORDER BY id) AS before_at FROM {log}
                 WHERE id >= {after}) WHERE at < before_at AND id > {after}"
            );
            let noted = format!("SELECT id, at, before_at FROM clock_set_back WHERE log = '{log}' AND id > {after}");
            let sql = format!(
                "SELECT id FROM ({found} EXCEPT {noted}) UNION SELECT id FROM ({noted} EXCEPT {found}) ORDER BY id"
            );
            let mut statement = self.transaction.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let id: i64 = row.get(0)?;
                report.add(format!("{log} {id} is wrongly noted as written before or after the clock was set back"));
            }
        }
        Ok(())
    }
}
