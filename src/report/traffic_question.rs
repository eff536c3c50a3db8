//! Questions about traffic, and the lines that answer them.

use std::cmp::{Ordering, Reverse};

use crate::error::{Error, Result};
use crate::model::{AccountCode, Country, MessageState, MobileNetwork, ServiceCode, StateCounts, SystemId};
use crate::report::calendar::{Calendar, Slot};
use crate::report::charged_by::ChargedBy;
use crate::store::{SortField, TrafficFilter, TrafficSum};

/// The order in which states are shown.
pub const STATES: [MessageState; 6] = [
    MessageState::Pending,
    MessageState::Delivered,
    MessageState::Expired,
    MessageState::Undeliverable,
    MessageState::Unknown,
    MessageState::Rejected,
];

/// What lines of traffic can be grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrafficGroup {
    Time,
    Customer,
    Account,
    Service,
    Country,
    /// The mobile network that the traffic file named.
    Network,
    /// What the price was for. Usage only.
    Destination,
    /// The price of a message part, and what it was for. Usage only.
    Price,
    State,
}

/// A question about traffic.
#[derive(Debug, Clone)]
pub struct TrafficQuestion {
    pub calendar: Calendar,
    /// The groups of the lines, which are also their natural order.
    pub by: Vec<TrafficGroup>,
    pub filter: TrafficFilter,
    /// Only traffic to this country.
    pub country: Option<Country>,
}

impl TrafficQuestion {
    /// Whether lines are grouped by what only the sums of days by price have.
    pub fn needs_prices(&self) -> bool {
        self.by.iter().any(|group| group.needs_prices())
    }
}

impl TrafficGroup {
    /// Whether only the sums of days by price answer for it.
    pub fn needs_prices(self) -> bool {
        matches!(self, Self::Network | Self::Destination | Self::Price)
    }
}

/// A line of a report: its groups and its sums. A field that lines are not grouped by is `None`.
#[derive(Debug, Clone, Default)]
pub struct TrafficLine {
    pub slot: Option<Slot>,
    pub customer: Option<AccountCode>,
    pub system_id: Option<SystemId>,
    pub service: Option<ServiceCode>,
    /// Also `None` for destinations without a country.
    pub country: Option<Country>,
    /// Also `None` if the file did not name the network.
    pub network: Option<MobileNetwork>,
    /// Also `None` for messages that are not charged, and those of imports from before price plans.
    pub charged_by: Option<ChargedBy>,
    pub state: Option<MessageState>,
    pub sums: MessageTotals,
}

/// The order of the lines and their maximum number. Totals include the lines beyond it.
#[derive(Debug, Clone, Copy, Default)]
pub struct TrafficOrder {
    /// The number to sort by; `None` for the natural order.
    pub measure: Option<TrafficMeasure>,
    pub descending: bool,
    pub limit: Option<u64>,
}

/// A number that lines of traffic can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrafficMeasure {
    Messages,
    Parts,
    Delivered,
    Undeliverable,
    /// The delivery rate. Lines without a rate come first.
    Rate,
}

impl SortField for TrafficMeasure {
    const ALL: &'static [(&'static str, Self)] = &[
        ("messages", Self::Messages),
        ("parts", Self::Parts),
        ("delivered", Self::Delivered),
        ("undeliverable", Self::Undeliverable),
        ("rate", Self::Rate),
    ];
}

impl TrafficOrder {
    /// Whether lines can be passed on as they are read.
    pub(super) fn is_natural(self) -> bool {
        self.measure.is_none() && !self.descending
    }

    /// Sorts lines that are in natural order, and drops those beyond the limit.
    pub(super) fn arrange<T>(self, lines: &mut Vec<T>, sums: impl Fn(&T) -> &MessageTotals) {
        match self.measure {
            Some(measure) if self.descending => lines.sort_by_key(|line| Reverse(measure.of(sums(line)))),
            Some(measure) => lines.sort_by_key(|line| measure.of(sums(line))),
            None if self.descending => lines.reverse(),
            None => {}
        }
        lines.truncate(self.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX));
    }
}

impl TrafficMeasure {
    fn of(self, sums: &MessageTotals) -> i64 {
        match self {
            Self::Messages => sums.messages(),
            Self::Parts => sums.parts,
            Self::Delivered => sums.counts.of(MessageState::Delivered),
            Self::Undeliverable => sums.counts.of(MessageState::Undeliverable),
            Self::Rate => sums.delivered_per_mille().map_or(-1, u64::cast_signed),
        }
    }
}

/// The number of messages by state, and their parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MessageTotals {
    pub counts: StateCounts,
    /// Message parts of all messages. Zero in lines by state, because parts are not counted by state.
    pub parts: i64,
}

impl MessageTotals {
    /// Adds other sums.
    pub fn add(&mut self, other: &Self) -> Result<()> {
        let overflow = || Error::Overflow { what: "the sum of the messages" };
        let counts = self.counts.checked_add(&other.counts).ok_or_else(overflow)?;
        counts.numbers().iter().try_fold(0_i64, |sum, count| sum.checked_add(*count)).ok_or_else(overflow)?;
        self.counts = counts;
        self.parts = self.parts.checked_add(other.parts).ok_or_else(overflow)?;
        Ok(())
    }

    /// The number of all messages.
    pub fn messages(&self) -> i64 {
        self.counts.total()
    }

    /// The delivered share of the messages in a final state, in thousandths. It is rounded down, so that 1000 means that every
    /// message was delivered. `None` if no message is in a final state.
    pub fn delivered_per_mille(&self) -> Option<u64> {
        let delivered = i128::from(self.counts.of(MessageState::Delivered));
        let final_count = i128::from(self.messages()) - i128::from(self.counts.of(MessageState::Pending));
        let share = (delivered * 1000).checked_div(final_count)?;
        u64::try_from(share).ok()
    }
}

impl From<&TrafficSum> for MessageTotals {
    fn from(sum: &TrafficSum) -> Self {
        Self { counts: sum.counts, parts: sum.parts }
    }
}

/// Compares lines by their groups.
pub(super) fn compare(by: &[TrafficGroup], one: &TrafficLine, other: &TrafficLine) -> Ordering {
    let state = |line: &TrafficLine| line.state.and_then(|state| STATES.iter().position(|other| *other == state));
    let begin = |line: &TrafficLine| line.slot.as_ref().map(|slot| slot.period.from);
    let code = |line: &TrafficLine| line.customer.as_ref().map(|code| code.as_str().to_ascii_lowercase());
    let of = |group: &TrafficGroup| match group {
        TrafficGroup::Time => begin(one).cmp(&begin(other)),
        TrafficGroup::Customer => code(one).cmp(&code(other)),
        TrafficGroup::Account => one.system_id.cmp(&other.system_id),
        TrafficGroup::Service => one.service.cmp(&other.service),
        // Lines without a country come last.
        TrafficGroup::Country => (one.country.is_none(), &one.country).cmp(&(other.country.is_none(), &other.country)),
        TrafficGroup::Network => (one.network.is_none(), one.network).cmp(&(other.network.is_none(), other.network)),
        TrafficGroup::Destination | TrafficGroup::Price => {
            (one.charged_by.is_none(), &one.charged_by).cmp(&(other.charged_by.is_none(), &other.charged_by))
        }
        TrafficGroup::State => state(one).cmp(&state(other)),
    };
    by.iter().map(of).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}
