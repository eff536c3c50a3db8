//! Traffic: single messages as the gateway reports them, and their sums.

use std::fmt;
use std::str::FromStr;

use crate::model::text::{Invalid, is_power_of_ten, serde_by_text};
use crate::model::word_enum::word_enum;
use crate::model::{Country, Destination, Money, Unit};

word_enum! {
    /// The state of a message. Of several reported states of a message the highest wins, whichever came first: a state
    /// that is final is never undone by one that is not, and what the handset or network said outranks what the gateway concluded.
    ///
    /// The database stores their places in this list, from 0: a new state may only be added at its end.
    pub enum MessageState {
        /// On its way.
        Pending = "pending",
        /// The gateway lost track of it.
        Unknown = "unknown",
        /// Refused before it was sent; costs nothing.
        Rejected = "rejected",
        /// Not delivered in time.
        Expired = "expired",
        /// Cannot be delivered.
        Undeliverable = "undeliverable",
        /// On the handset.
        Delivered = "delivered",
    }
}

impl MessageState {
    /// Its number in the database, and its place in [`StateCounts`].
    pub const fn number(self) -> usize {
        self as usize
    }

    /// The state of a number.
    pub fn from_number(number: usize) -> Option<Self> {
        Self::ALL.get(number).copied()
    }

    /// Whether a message in it counts as sent.
    pub fn is_sent(self) -> bool {
        self != Self::Rejected
    }
}

/// The gateway's name for a message. A UUID is the same however it is written: any case, with or without dashes.
///
/// Texts sort before UUIDs, as the database sorts them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MessageId {
    Text(Box<str>),
    Uuid([u8; 16]),
}
serde_by_text!(MessageId);

impl MessageId {
    /// The longest text, in bytes: SMPP has 64, vendors' own IDs are shorter.
    pub const LONGEST: usize = 64;
}

impl FromStr for MessageId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Some(bytes) = uuid(text.as_bytes()) {
            return Ok(Self::Uuid(bytes));
        }
        if text.is_empty() || text.len() > Self::LONGEST || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Invalid::rule("must be 1 to 64 visible ASCII characters"));
        }
        // Many IDs become one so, and only one of their messages would be charged.
        if is_power_of_ten(text) {
            return Err(Invalid::rule("must not be a number that a spreadsheet rounded; export the file again"));
        }
        Ok(Self::Text(text.into()))
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.pad(text),
            Self::Uuid(bytes) => uuid::Uuid::from_bytes(*bytes).hyphenated().fmt(f),
        }
    }
}

/// The bytes of 32 hexadecimal digits, or of a UUID in its usual form.
fn uuid(text: &[u8]) -> Option<[u8; 16]> {
    // Other forms, with braces or as a URN, are no IDs that a gateway gives.
    let is_usual = matches!(text.len(), 32 | 36);
    is_usual.then(|| uuid::Uuid::try_parse_ascii(text).ok()).flatten().map(uuid::Uuid::into_bytes)
}

/// One message, and what it is charged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The day of its submission, in days since 1970-01-01 UTC.
    pub day: i32,
    pub id: MessageId,
    pub account_id: i64,
    /// The second of that day, 0 to 86399.
    pub second: u32,
    pub state: MessageState,
    pub destination: Destination,
    /// At least 1.
    pub parts: u16,
    /// What the gateway says that the whole message costs, if it says so.
    pub price: Option<Money>,
}

impl Message {
    /// What one message is: no two have the same.
    pub fn key(&self) -> (i32, &MessageId, i64) {
        (self.day, &self.id, self.account_id)
    }

    /// The first field that matters for money and in which another report of the same message in the same file contradicts this
    /// one. A price and none contradict each other too: only one of them can be charged.
    pub fn contradiction(&self, other: &Self) -> Option<&'static str> {
        [
            ("destination", self.destination != other.destination),
            ("parts", self.parts != other.parts),
            ("price", self.price != other.price),
        ]
        .into_iter()
        .find(|(_, differs)| *differs)
        .map(|(field, _)| field)
    }
}

/// How many messages are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StateCounts([i64; 6]);

impl StateCounts {
    /// Counts by the numbers of their states.
    pub const fn new(counts: [i64; 6]) -> Self {
        Self(counts)
    }

    /// How many are in a state.
    pub fn of(&self, state: MessageState) -> i64 {
        self.0[state.number()]
    }

    /// Adds messages in a state; fewer than none takes away.
    pub fn add(&mut self, state: MessageState, count: i64) {
        self.0[state.number()] += count;
    }

    /// Adds other counts.
    pub fn add_all(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    /// The same with other counts added; nothing where that is too many.
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        let mut counts = self.0;
        for (count, more) in counts.iter_mut().zip(other.0) {
            *count = count.checked_add(more)?;
        }
        Some(Self(counts))
    }

    /// All messages.
    pub fn total(&self) -> i64 {
        self.0.iter().sum()
    }

    /// Whether there is none in any state.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 6]
    }

    /// By the numbers of the states.
    pub const fn numbers(&self) -> [i64; 6] {
        self.0
    }
}

/// The messages of an account that were submitted in one hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourTraffic {
    /// In hours since 1970-01-01 UTC.
    pub hour: i32,
    pub account_id: i64,
    pub counts: StateCounts,
    pub parts: i64,
}

/// The messages of an account that were submitted on one day to one country and are charged in one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayTraffic {
    /// In days since 1970-01-01 UTC.
    pub day: i32,
    pub account_id: i64,
    /// None where the destinations have no calling code.
    pub country: Option<Country>,
    pub unit: Unit,
    pub counts: StateCounts,
    pub parts: i64,
    /// What was charged for them; not negative.
    pub charge: Money,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_the_same_however_it_is_written() {
        let forms = [
            "67e55044-10b1-426f-9247-bb680e5fe0c8",
            "67E5504410B1426F9247BB680E5FE0C8",
            "67e5504410b1426f9247bb680e5fe0c8",
        ];
        for form in forms {
            let id: MessageId = form.parse().expect(form);
            assert_eq!(id.to_string(), forms[0]);
        }
        for text in
            ["SM67e5504410b1426f9247bb680e5fe0c8", "67e55044-10b1-426f-9247_bb680e5fe0c8", "1", "a:b/c", "1E14", "a+b"]
        {
            assert_eq!(text.parse::<MessageId>().expect(text).to_string(), text);
        }
        for text in ["", "a b", "\u{e9}", "1.79553E+14", "1,79553E+14", "1E+14", &"x".repeat(65)] {
            assert!(text.parse::<MessageId>().is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_and_states_belong_together() {
        for state in MessageState::ALL {
            assert_eq!(MessageState::from_number(state.number()), Some(state));
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!(MessageState::Pending < MessageState::Unknown && MessageState::Expired < MessageState::Delivered);
    }
}
