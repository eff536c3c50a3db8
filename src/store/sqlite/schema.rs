//! The schema and the one road that leads to it, for new files and old.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::Result;

/// Marks a file as a database of this program: "SSGC" in `PRAGMA application_id`.
pub(super) const APPLICATION_ID: u32 = 0x5353_4743;

/// Each step of the schema, in order. A step that was released is never edited; a new one is added.
const MIGRATIONS: [&str; SCHEMA_VERSION as usize] = [
    include_str!("migrations/001_house.sql"),
    include_str!("migrations/002_transfers.sql"),
    include_str!("migrations/003_warnings.sql"),
    include_str!("migrations/004_causes.sql"),
    include_str!("migrations/005_smpp.sql"),
    include_str!("migrations/006_passwords_in_letters.sql"),
    include_str!("migrations/007_traffic.sql"),
    include_str!("migrations/008_organisations.sql"),
    include_str!("migrations/009_months.sql"),
];

/// The schema that this program reads and writes, kept in `PRAGMA user_version`.
pub const SCHEMA_VERSION: u32 = 9;

/// Brings a database from whatever schema it has, none included, to the newest, in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    for (number, step) in (1_u32..).zip(MIGRATIONS).filter(|&(number, _)| number > found) {
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    Ok(transaction.commit()?)
}

/// The schema that a database has.
pub(super) fn version(connection: &Connection) -> Result<u32> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
