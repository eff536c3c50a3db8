//! The audit log: one event for each change.
//!
//! Events are numbered without gaps. A transaction of very many steps collects them and writes them in batches.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use rusqlite::Row;
use rusqlite::types::ToSql;

use crate::error::{Error, Result};
use crate::model::{Change, EntityKind, Event, Origin};
use crate::store::sqlite::filter::Query;
use crate::store::sqlite::values::from_json;
use crate::store::{EventFilter, Snapshot, Stamp, Tx};

const SELECT: &str = "SELECT event.id, at, actor, uid, reason, command, version, entity, action, subject, customer_id,
    changes, customer.account_code, sudo_user FROM event LEFT JOIN customer ON customer.id = event.customer_id";

fn read(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        id: row.get(0)?,
        at: row.get(1)?,
        origin: Origin {
            actor: row.get(2)?,
            uid: row.get(3)?,
            sudo_user: row.get(13)?,
            reason: row.get(4)?,
            command: row.get(5)?,
            version: row.get(6)?,
        },
        customer: row.get(12)?,
        change: Change {
            entity: row.get(7)?,
            action: row.get(8)?,
            subject: row.get(9)?,
            customer_id: row.get(10)?,
            fields: from_json(row, 11)?,
        },
    })
}

impl Snapshot<'_> {
    /// Passes every event that matches the filter to `each`, in chronological or reverse order.
    pub fn events<E: From<Error>>(
        &self,
        filter: &EventFilter,
        each: impl FnMut(Event) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = Query::default();
        query.when_some("customer_id = ?", filter.customer_id);
        query.when_some("entity = ?", filter.entity);
        query.when_some("subject = ? COLLATE NOCASE", filter.subject.as_ref());
        query.when_some("actor = ?", filter.actor.as_ref());
        query.period("at", filter.since, filter.until);
        query.order(&["event.id"], filter.newest_first);
        query.limit(filter.limit);
        query.run(&self.transaction, SELECT, read, each)
    }
}

/// The accounts whose password was replaced without a grace period, or whose grace period was ended, after the last export for a
/// gateway that included them.
const ENDED_PASSWORDS: &str = "SELECT DISTINCT subject FROM event
    WHERE entity = 'smpp' AND action IN ('rotate-password', 'end-grace')
    AND json_extract(changes, '$.previous_password_until[1]') IS NULL
    AND id > (SELECT coalesce(max(export.id), 0) FROM event AS export
        WHERE export.entity = 'smpp' AND export.action = 'export' AND export.subject = ?1
        AND (export.customer_id IS NULL OR export.customer_id = event.customer_id))";

impl Snapshot<'_> {
    /// The system IDs of accounts whose old password ended at once after the last export for a gateway. Sessions that were opened
    /// with it must end with the next export.
    pub fn passwords_ended_since_export(&self, gateway: &str) -> Result<BTreeSet<String>> {
        let mut statement = self.transaction.prepare(ENDED_PASSWORDS)?;
        let system_ids = statement.query_map([gateway], |row| row.get(0))?;
        Ok(system_ids.collect::<rusqlite::Result<_>>()?)
    }
}

/// An event that is not written yet.
#[derive(Debug)]
pub(super) struct PendingEvent {
    entity: EntityKind,
    action: String,
    subject: String,
    customer_id: Option<i64>,
    changes: String,
}

/// Number of events that one statement writes in a transaction of many steps.
pub(super) const BATCH: usize = 16;

static INSERT_BATCH: LazyLock<String> = LazyLock::new(|| insert(BATCH));

impl Tx<'_> {
    /// Adds an event to the audit log, with the stamp of this transaction. If many steps are expected, events are written in
    /// batches, the last one at the commit.
    pub fn record(&mut self, change: &Change) -> Result<()> {
        let Change { entity, action, subject, customer_id, fields } = change;
        let (action, subject, changes) = (action.clone(), subject.clone(), fields.as_str().to_owned());
        self.pending_events.push(PendingEvent { entity: *entity, action, subject, customer_id: *customer_id, changes });
        let most = if self.many_steps { BATCH } else { 1 };
        if self.pending_events.len() >= most && !self.attempting { self.write_lines() } else { Ok(()) }
    }

    /// Writes the collected events.
    pub(super) fn write_lines(&mut self) -> Result<()> {
        for lines in self.pending_events.chunks(BATCH) {
            let last: i64 = self
                .transaction
                .prepare_cached("SELECT coalesce(max(id), 0) FROM event")?
                .query_row([], |row| row.get(0))?;
            let Stamp { at, origin } = &self.stamp;
            let mut statement = match lines.len() {
                BATCH => self.transaction.prepare_cached(&INSERT_BATCH),
                fewer => self.transaction.prepare_cached(&insert(fewer)),
            }?;
            let mut values: Vec<&dyn ToSql> = vec![
                &last,
                at,
                &origin.actor,
                &origin.uid,
                &origin.reason,
                &origin.command,
                &origin.version,
                &origin.sudo_user,
            ];
            for line in lines {
                values.extend([
                    &line.entity as &dyn ToSql,
                    &line.action,
                    &line.subject,
                    &line.customer_id,
                    &line.changes,
                ]);
            }
            statement.execute(values.as_slice())?;
        }
        self.pending_events.clear();
        Ok(())
    }
}

/// The INSERT of a number of events after the last one. The values that they share are bound once.
fn insert(lines: usize) -> String {
    let row = |place: usize| {
        let own = 9 + place * 5;
        format!(
            "(?1 + {}, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?{own}, ?{}, ?{}, ?{}, ?{})",
            place + 1,
            own + 1,
            own + 2,
            own + 3,
            own + 4
        )
    };
    let rows: Vec<String> = (0..lines).map(row).collect();
    format!(
        "INSERT INTO event (id, at, actor, uid, reason, command, version, sudo_user, entity, action, subject, customer_id, changes)
         VALUES {}",
        rows.join(", ")
    )
}
