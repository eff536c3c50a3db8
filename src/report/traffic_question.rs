//! What can be asked of traffic, and the lines that answer it.

use std::cmp::{Ordering, Reverse};

use crate::error::{Error, Result};
use crate::model::{AccountCode, Country, MessageState, ServiceCode, StateCounts, SystemId};
use crate::report::calendar::{Calendar, Slot};
use crate::store::{TrafficFilter, TrafficSum};

/// The order in which states are shown, which is the portal's.
pub const STATES: [MessageState; 6] = [
    MessageState::Pending,
    MessageState::Delivered,
    MessageState::Expired,
    MessageState::Undeliverable,
    MessageState::Unknown,
    MessageState::Rejected,
];

/// What traffic can be told apart by, beside time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrafficGroup {
    Time,
    Customer,
    Account,
    Service,
    Country,
    State,
}

/// What is asked of traffic.
#[derive(Debug, Clone)]
pub struct TrafficQuestion {
    pub calendar: Calendar,
    /// What each line is of, the first of which lines are ordered by first.
    pub by: Vec<TrafficGroup>,
    pub filter: TrafficFilter,
    /// Only what went to this country.
    pub country: Option<Country>,
}

/// A line of a report: sums, and what they are of. What lines are not told apart by is none.
#[derive(Debug, Clone, Default)]
pub struct TrafficLine {
    pub slot: Option<Slot>,
    pub customer: Option<AccountCode>,
    pub system_id: Option<SystemId>,
    pub service: Option<ServiceCode>,
    /// None also where the destinations are in no country.
    pub country: Option<Country>,
    pub state: Option<MessageState>,
    pub sums: MessageTotals,
}

/// The order of the lines, and how many of them are wanted. MessageTotals are of all lines all the same.
#[derive(Debug, Clone, Copy, Default)]
pub struct TrafficOrder {
    /// What lines are sorted by; by what they are of, if nothing else.
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
    /// The delivery rate. Lines that have none come before all others.
    Rate,
}

impl TrafficOrder {
    /// Whether lines can be handed on as they are found.
    pub(super) fn is_natural(self) -> bool {
        self.measure.is_none() && !self.descending
    }

    /// Puts lines that are in their natural order in this one, and drops those that are not wanted.
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

/// Messages by state, and their parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MessageTotals {
    pub counts: StateCounts,
    /// Message parts of all of them; nothing where a state is told apart, for parts are not counted by state.
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

    /// All messages.
    pub fn messages(&self) -> i64 {
        self.counts.total()
    }

    /// How many of a thousand messages were delivered of those whose fate is sealed, which are all but the pending ones. What
    /// is less than one is cut off: 1000 says that every one was delivered. None where none is sealed.
    pub fn delivered_per_mille(&self) -> Option<u64> {
        let delivered = i128::from(self.counts.of(MessageState::Delivered));
        let sealed = i128::from(self.messages()) - i128::from(self.counts.of(MessageState::Pending));
        let share = (delivered * 1000).checked_div(sealed)?;
        u64::try_from(share).ok()
    }
}

impl From<&TrafficSum> for MessageTotals {
    fn from(sum: &TrafficSum) -> Self {
        Self { counts: sum.counts, parts: sum.parts }
    }
}

/// Compares lines by what they are of.
pub(super) fn compare(by: &[TrafficGroup], one: &TrafficLine, other: &TrafficLine) -> Ordering {
    let place = |line: &TrafficLine| line.state.and_then(|state| STATES.iter().position(|other| *other == state));
    let begin = |line: &TrafficLine| line.slot.as_ref().map(|slot| slot.period.from);
    let code = |line: &TrafficLine| line.customer.as_ref().map(|code| code.as_str().to_ascii_lowercase());
    let of = |group: &TrafficGroup| match group {
        TrafficGroup::Time => begin(one).cmp(&begin(other)),
        TrafficGroup::Customer => code(one).cmp(&code(other)),
        TrafficGroup::Account => one.system_id.cmp(&other.system_id),
        TrafficGroup::Service => one.service.cmp(&other.service),
        // What is in no country comes last.
        TrafficGroup::Country => (one.country.is_none(), &one.country).cmp(&(other.country.is_none(), &other.country)),
        TrafficGroup::State => place(one).cmp(&place(other)),
    };
    by.iter().map(of).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}
