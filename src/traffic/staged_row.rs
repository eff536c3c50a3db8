//! A row of a traffic file after it was parsed.

use crate::model::{Message, TrafficTally};

/// A parsed row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StagedRow {
    Message(Message),
    NonMessage(NonMessage),
}

/// A row that is not a message. The numbers differ from those of states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NonMessage {
    /// A message that was rejected before it got an ID.
    Rejected = 8,
    /// Something other than a message to a handset.
    Other = 9,
    /// A row with a fault.
    Refused = 10,
}

impl NonMessage {
    pub(crate) const ALL: [Self; 3] = [Self::Rejected, Self::Other, Self::Refused];

    /// Counts the row.
    pub(crate) fn count(self, tally: &mut TrafficTally) {
        *match self {
            Self::Rejected => &mut tally.rejected,
            Self::Other => &mut tally.skipped,
            Self::Refused => &mut tally.refused,
        } += 1;
    }
}
