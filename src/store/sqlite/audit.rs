//! The audit log: one event for each change.
//!
//! Events are numbered without gaps. A transaction of very many steps collects them and writes them in batches.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use rusqlite::types::ToSql;
use rusqlite::{OptionalExtension, Row};

use crate::error::{Error, Result};
use crate::model::{Chain, ChainEnd, Change, EntityKind, Event, Hash, Origin, TextLine};
use crate::store::sqlite::audit_chain::Link;
use crate::store::sqlite::filter::Query;
use crate::store::sqlite::log_times::Log;
use crate::store::sqlite::values::{from_json, to_json};
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

/// Charges are posted once a day for each balance; older versions posted them with each import.
const NO_CHARGES: &str = "NOT (+entity = 'balance' AND action IN ('post', 'charge'))";

/// The number of events from which on it does not matter how many they are.
const MANY: usize = 1000;

impl Snapshot<'_> {
    /// The event with this number.
    pub fn event(&self, id: i64) -> Result<Event> {
        let found = self.transaction.prepare_cached(&format!("{SELECT} WHERE event.id = ?1"))?.query_row([id], read);
        found.optional()?.ok_or_else(|| Error::NotFound {
            entity: EntityKind::Event,
            name: id.to_string(),
            nearest: None,
        })
    }

    /// The number of the last event, or 0.
    pub fn last_event(&self) -> Result<i64> {
        self.last_row(Log::Audit)
    }

    /// The numbers of the first and the last event of the transaction that wrote an event: those around it with its time and origin.
    pub fn events_of_transaction(&self, event: &Event) -> Result<(i64, i64)> {
        const OTHER: &str = "NOT (at = ?2 AND actor = ?3 AND uid = ?4 AND command = ?5)";
        let Event { id, at, origin, .. } = event;
        let end = |condition_and_order: &str| {
            let sql = format!("SELECT id FROM event WHERE {condition_and_order} LIMIT 1");
            let values = rusqlite::params![id, at, origin.actor, origin.uid, origin.command];
            self.transaction.prepare_cached(&sql)?.query_row(values, |row| row.get::<_, i64>(0)).optional()
        };
        let before = end(&format!("id < ?1 AND {OTHER} ORDER BY id DESC"))?.unwrap_or(0);
        let after = match end(&format!("id > ?1 AND {OTHER} ORDER BY id"))? {
            Some(after) => after,
            None => self.last_event()? + 1,
        };
        Ok((before + 1, after - 1))
    }

    /// Passes every event that matches the filter to `each`, in chronological or reverse order.
    pub fn events<E: From<Error>>(
        &self,
        filter: &EventFilter,
        each: impl FnMut(Event) -> Result<(), E>,
    ) -> Result<(), E> {
        self.events_query(filter)?.run(&self.transaction, SELECT, read, each)
    }

    fn events_query<'a>(&self, filter: &'a EventFilter) -> Result<Query<'a>> {
        let one_entity = match filter.entities.as_slice() {
            [entity] => Some(entity as &dyn ToSql),
            _ => None,
        };
        let conditions: [(&'static str, Option<&dyn ToSql>); 4] = [
            ("subject = ? COLLATE NOCASE", filter.subject.as_ref().map(|subject| subject as _)),
            ("actor = ?", filter.actor.as_ref().map(|actor| actor as _)),
            ("customer_id = ?", filter.customer_id.as_ref().map(|id| id as _)),
            ("entity = ?", one_entity),
        ];
        let rarest = self.rarest(&conditions)?;
        let mut query = Query::default();
        for (condition, value) in conditions {
            // The unary `+` keeps SQLite from using the index of the condition.
            let unindexed = format!("+{condition}");
            query.when_some(if rarest == Some(condition) { condition } else { &unindexed }, value);
        }
        if filter.entities.len() > 1 {
            let entities: Vec<&str> = filter.entities.iter().map(|entity| entity.as_str()).collect();
            query.when("+entity IN (SELECT value FROM json_each(?))", to_json(&entities)?);
        }
        if !filter.actions.is_empty() {
            query.when("action IN (SELECT value FROM json_each(?))", to_json(&filter.actions)?);
        }
        query.when_some("EXISTS (SELECT 1 FROM json_each(changes) WHERE key = ?)", filter.field.as_ref());
        query.search("(+subject LIKE ? OR reason LIKE ? OR changes LIKE ?)", filter.search.as_deref());
        if filter.without_charges {
            query.always(NO_CHARGES);
        }
        query.when_some("event.id >= ?", filter.ids.map(|(first, _)| first));
        query.when_some("event.id <= ?", filter.ids.map(|(_, last)| last));
        query.when_some("event.id >= ?", filter.since.map(|at| self.first_row_since(Log::Audit, at)).transpose()?);
        query.when_some("event.id <= ?", filter.until.map(|at| self.last_row_before(Log::Audit, at)).transpose()?);
        query.period("at", filter.since, filter.until);
        query.order(&["event.id"], filter.newest_first);
        query.limit(filter.limit);
        Ok(query)
    }

    /// The condition that the fewest events meet, whose index is the one to use; SQLite cannot know. Conditions that many events
    /// meet count as equal: with them, a limit is reached soon in any case.
    fn rarest(&self, conditions: &[(&'static str, Option<&dyn ToSql>)]) -> Result<Option<&'static str>> {
        let mut rarest: Option<(&str, i64)> = None;
        for (condition, value) in conditions {
            let Some(value) = value else { continue };
            let sql = format!("SELECT count(*) FROM (SELECT 1 FROM event WHERE {condition} LIMIT {MANY})");
            let count = self.transaction.prepare_cached(&sql)?.query_row([value], |row| row.get(0))?;
            if rarest.is_none_or(|(_, least)| count < least) {
                rarest = Some((condition, count));
            }
        }
        Ok(rarest.map(|(condition, _)| condition))
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
        let changes = match self.undoes {
            Some(undone) => change.clone().field("undoes", (), undone).fields.as_str().to_owned(),
            None => fields.as_str().to_owned(),
        };
        let (action, subject) = (action.clone(), subject.clone());
        self.pending_events.push(PendingEvent { entity: *entity, action, subject, customer_id: *customer_id, changes });
        let most = if self.many_steps { BATCH } else { 1 };
        if self.pending_events.len() >= most && !self.attempting { self.write_lines() } else { Ok(()) }
    }

    /// Sets the event that the following ones undo, which each of them names.
    pub fn set_undoes(&mut self, event: Option<i64>) {
        self.undoes = event;
    }

    /// Writes the collected events, so that they can be read.
    pub fn flush_events(&mut self) -> Result<()> {
        self.write_lines()
    }

    /// Writes the collected events.
    pub(super) fn write_lines(&mut self) -> Result<()> {
        for lines in self.pending_events.chunks(BATCH) {
            let last = self.end_of(Chain::Audit)?;
            let hashes = self.hashes(last, lines)?;
            let Stamp { at, origin } = &self.stamp;
            let mut statement = match lines.len() {
                BATCH => self.transaction.prepare_cached(&INSERT_BATCH),
                fewer => self.transaction.prepare_cached(&insert(fewer)),
            }?;
            let mut values: Vec<&dyn ToSql> = vec![
                &last.id,
                at,
                &origin.actor,
                &origin.uid,
                &origin.reason,
                &origin.command,
                &origin.version,
                &origin.sudo_user,
            ];
            for (line, hash) in lines.iter().zip(&hashes) {
                values.extend([
                    &line.entity as &dyn ToSql,
                    &line.action,
                    &line.subject,
                    &line.customer_id,
                    &line.changes,
                    hash,
                ]);
            }
            statement.execute(values.as_slice())?;
        }
        self.pending_events.clear();
        Ok(())
    }

    /// The hashes of events that follow the last one.
    fn hashes(&self, last: ChainEnd, lines: &[PendingEvent]) -> Result<Vec<Hash>> {
        let Stamp { at, origin } = &self.stamp;
        let (at, mut end, mut hashes) = (at.to_string(), last, Vec::with_capacity(lines.len()));
        for line in lines {
            let link = Link {
                previous: &end.hash.to_string(),
                id: end.id + 1,
                at: &at,
                actor: origin.actor.as_str(),
                uid: origin.uid,
                sudo_user: origin.sudo_user.as_ref().map(TextLine::as_str),
                reason: origin.reason.as_ref().map(TextLine::as_str),
                command: &origin.command,
                version: &origin.version,
                entity: line.entity.as_str(),
                action: &line.action,
                subject: &line.subject,
                customer_id: line.customer_id,
                changes: &line.changes,
            };
            end = ChainEnd { id: end.id + 1, hash: link.hash()? };
            hashes.push(end.hash);
        }
        Ok(hashes)
    }
}

/// The INSERT of a number of events after the last one. The values that they share are bound once.
fn insert(lines: usize) -> String {
    let row = |place: usize| {
        let own = 9 + place * 6;
        let own: Vec<String> = (own..own + 6).map(|place| format!("?{place}")).collect();
        format!("(?1 + {}, ?2, ?3, ?4, ?5, ?6, ?7, ?8, {})", place + 1, own.join(", "))
    };
    let rows: Vec<String> = (0..lines).map(row).collect();
    format!(
        "INSERT INTO event (id, at, actor, uid, reason, command, version, sudo_user, entity, action, subject, customer_id, changes,
            hash)
         VALUES {}",
        rows.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::schema;

    fn plan(connection: &mut rusqlite::Connection, filter: &EventFilter) -> String {
        let snapshot = Snapshot::of(connection.transaction().expect("begun"));
        snapshot.events_query(filter).expect("built").plan(&snapshot.transaction, SELECT)
    }

    #[test]
    fn each_condition_on_events_has_an_index_that_is_in_their_order() {
        let mut connection = schema::in_memory();
        let limited = || EventFilter { newest_first: true, limit: Some(20), ..EventFilter::default() };
        let at = "2026-11-24T12:00:00Z".parse().ok();
        for (filter, index) in [
            (EventFilter { customer_id: Some(1), ..limited() }, "INDEX event_by_customer (customer_id=?"),
            (EventFilter { entities: vec![EntityKind::Smpp], ..limited() }, "INDEX event_by_entity (entity=?"),
            (EventFilter { subject: Some("x".into()), ..limited() }, "INDEX event_by_subject (subject=?"),
            (EventFilter { actor: Some("x".into()), ..limited() }, "INDEX event_by_actor (actor=?"),
            (EventFilter { since: at, ..limited() }, "INTEGER PRIMARY KEY (rowid>?"),
            (EventFilter { until: at, ..limited() }, "INTEGER PRIMARY KEY (rowid<?"),
        ] {
            let plan = plan(&mut connection, &filter);
            assert!(plan.contains(&format!("SEARCH event USING {index}")), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
    }

    /// SQLite itself would take any of them.
    #[test]
    fn of_several_conditions_the_index_of_the_rarest_is_used() {
        let mut connection = schema::in_memory();
        for id in 1..=6 {
            let (actor, customer) = (if id == 1 { "jo" } else { "kim" }, if id <= 2 { 1 } else { 2 });
            let sql = "INSERT INTO event (id, at, actor, uid, command, version, entity, action, subject, customer_id, changes)
                VALUES (?1, '', ?2, 0, '', '', 'smpp', 'new', 'x', ?3, '{}')";
            connection.execute(sql, rusqlite::params![id, actor, customer]).expect("inserted");
        }
        for (actor, customer, index) in [("jo", 1, "event_by_actor"), ("kim", 1, "event_by_customer")] {
            let filter = EventFilter {
                actor: Some(actor.into()),
                customer_id: Some(customer),
                entities: vec![EntityKind::Smpp],
                ..EventFilter::default()
            };
            let plan = plan(&mut connection, &filter);
            assert!(plan.contains(index), "{actor} {customer}: {plan}");
        }
    }
}
