//! The schema: the steps that lead to it, and how a database takes them.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::Result;

/// Identifies a file as a database of this program: "SSGC" in `PRAGMA application_id`.
pub(in crate::store::sqlite) const APPLICATION_ID: u32 = 0x5353_4743;

/// A step from one schema to the next.
#[derive(Debug)]
pub(in crate::store::sqlite) struct Step {
    /// The schema that it leads to.
    pub(in crate::store::sqlite) version: u32,
    pub(in crate::store::sqlite) sql: &'static str,
}

/// From an empty file to the newest schema. A step that was released is never edited; to add one, write its file, such as
/// `014_what_it_does.sql`, and a line here.
pub(in crate::store::sqlite) const STEPS: &[Step] = &[
    Step { version: 13, sql: include_str!("001_initial.sql") }, // Schemas 1 to 12 were never released.
];

/// The schema that this program reads and writes, kept in `PRAGMA user_version`.
pub const SCHEMA_VERSION: u32 = STEPS[STEPS.len() - 1].version;

/// The oldest schema that a database can be migrated from.
pub const OLDEST_SCHEMA: u32 = STEPS[0].version;

/// Takes all steps that a database, empty or not, has not taken yet, in one transaction.
pub(in crate::store::sqlite) fn apply(steps: &[Step], connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    for step in steps.iter().filter(|step| step.version > found) {
        transaction.execute_batch(step.sql)?;
        transaction.pragma_update(None, "user_version", step.version)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    Ok(transaction.commit()?)
}

/// The schema that a database has.
pub(in crate::store::sqlite) fn version(connection: &Connection) -> Result<u32> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
