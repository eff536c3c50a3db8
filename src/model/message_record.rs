//! What is known of one message, with names for whom and what it belongs to.

use crate::model::{AccountCode, Destination, ImportState, MessageId, MessageState, Money, SystemId, Time, Unit};

/// A message as `traffic show` reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRecord {
    pub id: MessageId,
    /// When it was submitted; the earliest of several reported times.
    pub submitted_at: Time,
    pub system_id: SystemId,
    pub customer: AccountCode,
    pub destination: Destination,
    pub state: MessageState,
    pub parts: u16,
    /// What the gateway said that it costs.
    pub price: Option<Money>,
    /// The charge; none if it was only ever reported as rejected, or imported without charging.
    pub charge: Money,
    pub unit: Unit,
    /// The import that charged it, or, where none did, that brought it. One that is unfinished has not posted its charges yet.
    pub import_id: i64,
    pub import_state: ImportState,
    /// Its file.
    pub file: String,
}
