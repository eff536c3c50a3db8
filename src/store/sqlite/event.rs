//! The audit log.

use rusqlite::{Row, params};

use crate::error::{Error, Result};
use crate::model::{Change, Event, Origin};
use crate::store::sqlite::filter::Query;
use crate::store::sqlite::values::{from_json, to_json};
use crate::store::{EventFilter, Snapshot, Tx};

const SELECT: &str = "SELECT event.id, at, actor, uid, reason, command, version, noun, action, subject, customer_id,
    changes, customer.account_code FROM event LEFT JOIN customer ON customer.id = event.customer_id";

fn read(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        id: row.get(0)?,
        at: row.get(1)?,
        origin: Origin {
            actor: row.get(2)?,
            uid: row.get(3)?,
            reason: row.get(4)?,
            command: row.get(5)?,
            version: row.get(6)?,
        },
        customer: row.get(12)?,
        change: Change {
            noun: row.get(7)?,
            action: row.get(8)?,
            subject: row.get(9)?,
            customer_id: row.get(10)?,
            fields: from_json(row, 11)?,
        },
    })
}

impl Snapshot<'_> {
    /// Hands every event that the filter keeps to `each`, in the order in which they happened or the other way round.
    pub fn events<E: From<Error>>(
        &self,
        filter: &EventFilter,
        each: impl FnMut(Event) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = Query::default();
        query.when_some("customer_id = ?", filter.customer_id);
        query.when_some("noun = ?", filter.noun);
        query.when_some("subject = ? COLLATE NOCASE", filter.subject.as_ref());
        query.when_some("actor = ?", filter.actor.as_ref());
        query.period("at", filter.since, filter.until);
        query.order(&["event.id"], filter.newest_first);
        query.limit(filter.limit);
        query.run(&self.transaction, SELECT, read, each)
    }
}

impl Tx<'_> {
    /// Writes a line of the audit log, stamped like everything else in this transaction.
    pub fn record(&mut self, change: &Change) -> Result<()> {
        let origin = self.origin();
        self.transaction
            .prepare_cached(
                "INSERT INTO event (id, at, actor, uid, reason, command, version, noun, action, subject, customer_id, changes)
                 VALUES ((SELECT coalesce(max(id), 0) + 1 FROM event), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                self.at(),
                origin.actor,
                origin.uid,
                origin.reason,
                origin.command,
                origin.version,
                change.noun,
                change.action,
                change.subject,
                change.customer_id,
                to_json(&change.fields)?,
            ])?;
        Ok(())
    }
}
