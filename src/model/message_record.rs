//! What is known of one message, with names for whom and what it belongs to.

use crate::model::{AccountCode, Destination, ImportState, MessageId, MessageState, Money, SystemId, Time, Unit};

/// A message as somebody asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRecord {
    pub id: MessageId,
    /// When it was submitted; of several times that were told, the earliest.
    pub submitted_at: Time,
    pub system_id: SystemId,
    pub customer: AccountCode,
    pub destination: Destination,
    pub state: MessageState,
    pub parts: u16,
    /// What the gateway said that it costs.
    pub price: Option<Money>,
    /// What it was charged; nothing where it was never told otherwise than as rejected, or came without charge.
    pub charge: Money,
    pub unit: Unit,
    /// The import that charged it, or, where none did, that brought it. One that is unfinished has not posted its charges yet.
    pub import_id: i64,
    pub import_state: ImportState,
    /// Its file.
    pub file: String,
}
