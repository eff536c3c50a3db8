//! What a file of message records and the stored messages say differently.

use crate::model::word_enum::word_enum;
use crate::model::{Destination, MessageId, MessageState, Money, SystemId, Time, Unit};

word_enum! {
    /// How two reports of a message differ. A message that differs in several fields is counted under the first of this list.
    pub enum DifferenceKind {
        /// Only the database has the message.
        OnlyOurs = "only_ours",
        /// Only the file has the message.
        OnlyTheirs = "only_theirs",
        Parts = "parts",
        Price = "price",
        State = "state",
        Destination = "destination",
        /// The times of submission are further apart than is tolerated.
        Time = "time",
    }
}

/// What one side says about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedMessage {
    pub id: MessageId,
    pub submitted_at: Time,
    pub destination: Destination,
    pub state: MessageState,
    pub parts: u16,
    /// What the message costs: what was charged or, in a file without prices, what its parts cost.
    pub amount: Money,
    /// The line of the file, or the number of the import.
    pub origin: u64,
}

/// A message that the file and the database do not report alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageDifference {
    /// Every field that differs, in the order of [`DifferenceKind`]. The first is the kind of the difference.
    pub fields: Vec<DifferenceKind>,
    pub system_id: SystemId,
    pub unit: Unit,
    /// Whether the two were matched by their time, number and parts because the ID of neither was found.
    pub matched_by_time: bool,
    pub ours: Option<ReportedMessage>,
    pub theirs: Option<ReportedMessage>,
}

/// The messages that differ in one way, or not at all, and their amounts in one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceSum {
    /// `None` for messages without a difference.
    pub kind: Option<DifferenceKind>,
    pub unit: Unit,
    pub messages: u64,
    /// What was charged for these messages.
    pub ours: Money,
    /// What they cost by the file.
    pub theirs: Money,
}

impl DifferenceSum {
    /// What was charged beyond what the file says.
    pub fn difference(&self) -> Option<Money> {
        self.theirs.checked_neg().and_then(|theirs| self.ours.checked_add(theirs))
    }
}
