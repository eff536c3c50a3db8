//! The schema: the migration steps that build it, and how they are applied.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::Result;
use crate::store::sqlite::audit_chain::chain_events;
use crate::store::sqlite::traffic::convert_traffic;

/// Identifies a file as a database of this program: "SSGC" in `PRAGMA application_id`.
pub(in crate::store::sqlite) const APPLICATION_ID: u32 = 0x5353_4743;

/// A migration step from one schema version to the next.
#[derive(Debug)]
pub(in crate::store::sqlite) struct Step {
    /// The schema version after the step.
    pub(in crate::store::sqlite) version: u32,
    pub(in crate::store::sqlite) sql: &'static str,
}

/// All steps from an empty file to the current schema. A released step is never edited; to add one, add its file, such as
/// `014_what_it_does.sql`, and a line here.
pub(in crate::store::sqlite) const STEPS: &[Step] = &[
    Step { version: 13, sql: include_str!("001_initial.sql") }, // Schemas 1 to 12 were never released.
    Step { version: 14, sql: include_str!("014_vault_key.sql") },
    Step { version: 15, sql: include_str!("015_sudo_user.sql") },
    Step { version: LAYERS, sql: include_str!("016_layers.sql") },
    Step { version: 17, sql: include_str!("017_constant_time.sql") },
    Step { version: 18, sql: include_str!("018_accrued_charges.sql") },
    Step { version: PLANS, sql: include_str!("019_prices.sql") },
    Step { version: 20, sql: include_str!("020_reprice.sql") },
    Step { version: 21, sql: include_str!("021_price_notices.sql") },
    Step { version: AUDIT_CHAIN, sql: include_str!("022_audit_chain.sql") },
    Step { version: 23, sql: include_str!("023_delivered_basis.sql") },
    Step { version: 24, sql: include_str!("024_invoices.sql") },
    Step { version: 25, sql: include_str!("025_invoice_emails.sql") },
    Step { version: 26, sql: include_str!("026_exports.sql") },
    Step { version: 27, sql: include_str!("027_prepaid_usage.sql") },
    Step { version: 28, sql: include_str!("028_forecast_alerts.sql") },
    Step { version: 29, sql: include_str!("029_apply.sql") },
];

/// The first schema that keeps messages in runs, and sums by quarter hour.
pub(in crate::store::sqlite) const LAYERS: u32 = 16;

/// The first schema that has price plans; before it, each service had one price.
pub const PLANS: u32 = 19;

/// The first schema that chains the audit log.
pub(in crate::store::sqlite) const AUDIT_CHAIN: u32 = 22;

/// What SQL cannot do of a step: it is done after the SQL of the step to this version.
const CONVERSIONS: &[(u32, Conversion)] = &[(LAYERS, convert_traffic), (AUDIT_CHAIN, chain_events)];

type Conversion = fn(&Connection) -> Result<()>;

/// The schema version that this program reads and writes; databases keep theirs in `PRAGMA user_version`.
pub const SCHEMA_VERSION: u32 = STEPS[STEPS.len() - 1].version;

/// The oldest schema version that can be migrated.
pub const OLDEST_SCHEMA: u32 = STEPS[0].version;

/// Applies the steps that a database, which may be empty, does not have yet, in one transaction.
pub(in crate::store::sqlite) fn apply(steps: &[Step], connection: &mut Connection) -> Result<()> {
    apply_within(steps, connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
}

/// Applies the steps in a write transaction, and commits it.
pub(in crate::store::sqlite) fn apply_within(steps: &[Step], transaction: Transaction<'_>) -> Result<()> {
    let found = version(&transaction)?;
    for step in steps.iter().filter(|step| step.version > found) {
        transaction.execute_batch(step.sql)?;
        let conversions = CONVERSIONS.iter().filter(|(version, _)| *version == step.version);
        conversions.into_iter().try_for_each(|(_, convert)| convert(&transaction))?;
        transaction.pragma_update(None, "user_version", step.version)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    Ok(transaction.commit()?)
}

/// The schema version of a database.
pub(in crate::store::sqlite) fn version(connection: &Connection) -> Result<u32> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// An empty database of the current schema in memory, without foreign keys.
#[cfg(test)]
pub(in crate::store::sqlite) fn in_memory() -> Connection {
    let mut connection = Connection::open_in_memory().expect("opened");
    connection.pragma_update(None, "foreign_keys", false).expect("off");
    apply(STEPS, &mut connection).expect("applied");
    connection
}
