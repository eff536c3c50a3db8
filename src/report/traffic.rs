//! Traffic: how many messages there were, whose and to where, and what became of them. Answered from sums alone, so that the
//! time it takes does not depend on how many messages there were.

use std::cmp::Ordering;

use crate::error::Result;
use crate::model::{AccountCode, Country, MessageState, ServiceCode, SystemId};
use crate::report::sums::{Sorter, Sums};
use crate::report::{Calendar, Slot};
use crate::store::{Snapshot, TrafficDetail, TrafficFilter};

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
pub enum Group {
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
    pub by: Vec<Group>,
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
    pub sums: Sums,
}

/// Hands the lines of a report to `each`, in order, and gives the sums of all of them. Where time comes first or not at all,
/// no more is kept in memory than the lines of one hour, day or month, and the hours of one day.
///
/// Where lines are told apart by time alone, there is one for each part of the period, also for those without traffic.
pub fn traffic<E: From<crate::Error>>(
    snapshot: &Snapshot<'_>,
    question: &TrafficQuestion,
    mut each: impl FnMut(TrafficLine) -> Result<(), E>,
) -> Result<Sums, E> {
    let sorter = Sorter::new(snapshot, question, TrafficDetail::Account)?;
    let (mut total, mut kept) = (Sums::default(), Vec::new());
    let streams = !question.by.iter().skip(1).any(|group| *group == Group::Time);
    for slot in question.calendar.slots() {
        let mut lines = sorter.lines_of(snapshot, slot.period)?;
        if lines.is_empty() && question.by == [Group::Time] {
            lines.push(TrafficLine::default());
        }
        for line in &mut lines {
            line.slot = Some(slot.clone());
            total.add(&line.sums)?;
        }
        if streams {
            lines.sort_unstable_by(|one, other| compare(&question.by, one, other));
            lines.into_iter().try_for_each(&mut each)?;
        } else {
            kept.append(&mut lines);
        }
    }
    kept.sort_unstable_by(|one, other| compare(&question.by, one, other));
    kept.into_iter().try_for_each(each)?;
    Ok(total)
}

pub(super) fn compare(by: &[Group], one: &TrafficLine, other: &TrafficLine) -> Ordering {
    let place = |line: &TrafficLine| line.state.and_then(|state| STATES.iter().position(|other| *other == state));
    let begin = |line: &TrafficLine| line.slot.as_ref().map(|slot| slot.period.from);
    let code = |line: &TrafficLine| line.customer.as_ref().map(|code| code.as_str().to_ascii_lowercase());
    let of = |group: &Group| match group {
        Group::Time => begin(one).cmp(&begin(other)),
        Group::Customer => code(one).cmp(&code(other)),
        Group::Account => one.system_id.cmp(&other.system_id),
        Group::Service => one.service.cmp(&other.service),
        // What is in no country comes last.
        Group::Country => (one.country.is_none(), &one.country).cmp(&(other.country.is_none(), &other.country)),
        Group::State => place(one).cmp(&place(other)),
    };
    by.iter().map(of).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}
