//! Traffic: the messages that the gateway reports, and their totals per hour and day.

use std::fmt;
use std::str::FromStr;

use crate::model::text::{Invalid, is_power_of_ten, serde_by_text};
use crate::model::word_enum::word_enum;
use crate::model::{Country, Destination, MobileNetwork, Money, Unit, month_of};

word_enum! {
    /// The state of a message. If several states are reported, the highest wins, in whatever order they arrive: a final state
    /// is never replaced by one that is not final, and the handset or network outranks the gateway's own conclusion.
    ///
    /// The database stores the index in this list, counted from 0, so new states may only be added at the end.
    pub enum MessageState {
        /// In transit.
        Pending = "pending",
        /// The gateway lost track of it.
        Unknown = "unknown",
        /// Rejected before it was sent; not charged.
        Rejected = "rejected",
        /// Not delivered within its validity period.
        Expired = "expired",
        /// Cannot be delivered.
        Undeliverable = "undeliverable",
        /// Delivered to the handset.
        Delivered = "delivered",
    }
}

impl MessageState {
    /// The number in the database, which is also the index in [`StateCounts`].
    pub const fn number(self) -> usize {
        self as usize
    }

    /// The state with a number.
    pub fn from_number(number: usize) -> Option<Self> {
        Self::ALL.get(number).copied()
    }

    /// Whether a message in this state counts as sent.
    pub fn is_sent(self) -> bool {
        self != Self::Rejected
    }

    /// Whether only an equal or a higher state can follow. A message in another state may still be delivered.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Unknown)
    }
}

/// The gateway's ID of a message. All spellings of a UUID are equal: any case, with or without dashes.
///
/// Texts sort before UUIDs, as in the database.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MessageId {
    Text(Box<str>),
    Uuid([u8; 16]),
}
serde_by_text!(MessageId);

impl MessageId {
    /// Maximum length of a text in bytes. SMPP allows 64; the IDs of vendors are shorter.
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
        // Rounding makes many IDs equal, and only one of their messages would be charged.
        if is_power_of_ten(text) {
            return Err(Invalid::rule("must not be a number that a spreadsheet has rounded; export the file again"));
        }
        // Without the zero it would be another message, which is charged again.
        if is_float(text.as_bytes()) {
            return Err(Invalid::rule(
                "must not be a whole number to which a spreadsheet has added a zero; export the file again",
            ));
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

/// Whether a text is a whole number with the `.0` that spreadsheets and other programs append.
fn is_float(text: &[u8]) -> bool {
    let Some((b'0', rest)) = text.split_last() else { return false };
    let Some(point) = rest.iter().rposition(|byte| *byte != b'0') else { return false };
    rest[point] == b'.' && point > 0 && rest[..point].iter().all(u8::is_ascii_digit)
}

/// Parses a UUID in its hyphenated form or as 32 hexadecimal digits.
fn uuid(text: &[u8]) -> Option<[u8; 16]> {
    // The library also accepts braces and URNs, but gateways do not use them.
    let has_usual_length = matches!(text.len(), 32 | 36);
    has_usual_length.then(|| uuid::Uuid::try_parse_ascii(text).ok()).flatten().map(uuid::Uuid::into_bytes)
}

/// One message with the fields that decide its charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The day of submission, in days since 1970-01-01 UTC.
    pub day: i32,
    pub id: MessageId,
    pub account_id: i64,
    /// The second of that day, 0 to 86399.
    pub second: u32,
    pub state: MessageState,
    pub destination: Destination,
    /// At least 1.
    pub parts: u16,
    /// The gateway's price for the whole message, if reported.
    pub price: Option<Money>,
    /// The mobile network of the destination, if reported.
    pub network: Option<MobileNetwork>,
}

impl Message {
    /// The fields that identify a message.
    pub fn key(&self) -> (i32, &MessageId, i64) {
        (self.day, &self.id, self.account_id)
    }

    /// The first field that affects the charge and differs in another report of the same message in the same file. A price and
    /// a missing price differ too, because only one of them can be charged. Of several networks, the first reported counts.
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

/// The number of messages in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StateCounts([i64; 6]);

impl StateCounts {
    /// Counts in the order of the state numbers.
    pub const fn new(counts: [i64; 6]) -> Self {
        Self(counts)
    }

    /// The number of messages in a state.
    pub fn of(&self, state: MessageState) -> i64 {
        self.0[state.number()]
    }

    /// Adds to the count of a state; a negative number subtracts.
    pub fn add(&mut self, state: MessageState, count: i64) {
        self.0[state.number()] += count;
    }

    /// Adds other counts.
    pub fn add_all(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    /// The sum with other counts; `None` on overflow.
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        let mut counts = self.0;
        for (count, more) in counts.iter_mut().zip(other.0) {
            *count = count.checked_add(more)?;
        }
        Some(Self(counts))
    }

    /// The total number of messages.
    pub fn total(&self) -> i64 {
        self.0.iter().sum()
    }

    /// Whether all counts are zero.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 6]
    }

    /// The counts in the order of the state numbers.
    pub const fn numbers(&self) -> [i64; 6] {
        self.0
    }
}

/// The messages of an account that were submitted in a quarter of an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarterTraffic {
    /// In quarter hours since 1970-01-01 UTC.
    pub quarter: i32,
    pub account_id: i64,
    pub counts: StateCounts,
    pub parts: i64,
}

/// How the messages of a sum were priced, where that is known: messages of imports before price plans have none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct PriceDetail {
    /// The ID of the price in a plan; `None` if the file had the price or the messages are not charged.
    pub price_id: Option<i64>,
    pub network: Option<MobileNetwork>,
    /// Quarter hour of the day in UTC, 0 to 95; only on the first and on the last day of a month, where months of other time
    /// zones begin, so that charges of such a month can be added up.
    pub quarter: Option<u8>,
}

impl PriceDetail {
    /// Whether sums of a day distinguish quarter hours: the first and the last day of a month.
    pub fn has_quarters(day: i32) -> bool {
        month_of(day - 1) != month_of(day + 1)
    }

    /// The same without the quarter hour.
    #[must_use]
    pub fn without_quarter(self) -> Self {
        Self { quarter: None, ..self }
    }
}

/// The messages of an account that were submitted on one day to one country and are charged in one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayTraffic {
    /// In days since 1970-01-01 UTC.
    pub day: i32,
    pub account_id: i64,
    /// `None` if the destinations have no calling code.
    pub country: Option<Country>,
    pub unit: Unit,
    pub detail: PriceDetail,
    pub counts: StateCounts,
    pub parts: i64,
    /// The amount charged; not negative.
    pub charge: Money,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_a_uuid_are_equal() {
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
        for text in ["", "a b", "\u{e9}", "1.79553E+14", "1,79553E+14", "1E+14", "1.79553e14", &"x".repeat(65)] {
            assert!(text.parse::<MessageId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_whole_number_with_a_zero_of_a_spreadsheet_is_not_an_id() {
        for text in ["179553100123456.0", "7.0", "1.00"] {
            assert!(text.parse::<MessageId>().is_err(), "{text}");
        }
        for text in ["179553100123456", "1.5", "a.0", ".0", "1.0a", "10.2.0", "100", "0"] {
            assert!(text.parse::<MessageId>().is_ok(), "{text}");
        }
    }

    #[test]
    fn states_round_trip_through_numbers() {
        for state in MessageState::ALL {
            assert_eq!(MessageState::from_number(state.number()), Some(state));
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!(MessageState::Pending < MessageState::Unknown && MessageState::Expired < MessageState::Delivered);
    }
}
