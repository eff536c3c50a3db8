//! Lists balances with their runway: filtered, ordered and limited.

use std::cmp::Ordering;

use crate::error::{Error, Result};
use crate::model::{Money, Time, Unit};
use crate::report::runway::{Runway, runways};
use crate::store::{ArchiveFilter, BalanceFilter, BalanceSort, Page, Snapshot, SortField};

/// Which balances to list, and in which order.
#[derive(Debug, Clone, Copy)]
pub struct BalancesQuestion {
    pub archive_filter: ArchiveFilter,
    pub unit: Option<Unit>,
    /// Only those at or below this amount.
    pub at_most: Option<Money>,
    /// Only those that last at most this number of days.
    pub runs_out_within: Option<u64>,
    pub order: BalancesOrder,
    pub descending: bool,
    pub limit: Option<u64>,
}

/// What to sort balances by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BalancesOrder {
    Customer,
    Balance,
    /// The average charges per day. Balances without charges come last in either direction.
    PerDay,
    /// Balances that never run out come last in either direction.
    DaysLeft,
}

impl SortField for BalancesOrder {
    const ALL: &'static [(&'static str, Self)] = &[
        ("customer", Self::Customer),
        ("balance", Self::Balance),
        ("per_day", Self::PerDay),
        ("days_left", Self::DaysLeft),
    ];
}

impl BalancesQuestion {
    /// The part of the question that the store can answer.
    fn filter(&self) -> BalanceFilter {
        let sort = if self.order == BalancesOrder::Balance { BalanceSort::Balance } else { BalanceSort::Customer };
        BalanceFilter {
            customer_id: None,
            archive_filter: self.archive_filter,
            unit: self.unit,
            at_most: self.at_most,
            state: None,
            page: Page { sort, descending: self.descending, limit: None },
        }
    }

    fn includes(&self, runway: &Runway) -> bool {
        self.runs_out_within.is_none_or(|most| runway.days_left().is_some_and(|days| days <= most))
    }

    fn compare<T: Ord>(&self, one: Option<T>, other: Option<T>) -> Ordering {
        let order = one.cmp(&other);
        let directed = if self.descending { order.reverse() } else { order };
        one.is_none().cmp(&other.is_none()).then(directed)
    }
}

/// Calls `each` with the balances, as of `now`. Orders that the store supports need no memory for the list.
pub fn balances<E: From<Error>>(
    snapshot: &Snapshot<'_>,
    question: &BalancesQuestion,
    now: Time,
    mut each: impl FnMut(Runway) -> Result<(), E>,
) -> Result<(), E> {
    let (mut count, mut kept) = (0, Vec::new());
    let limit = question.limit.unwrap_or(u64::MAX);
    let is_sorted = matches!(question.order, BalancesOrder::Customer | BalancesOrder::Balance);
    runways(snapshot, &question.filter(), now, |runway| {
        if !question.includes(&runway) {
            return Ok(());
        }
        count += 1;
        match is_sorted {
            true if count > limit => Ok(()),
            true => each(runway),
            false => {
                kept.push(runway);
                Ok(())
            }
        }
    })?;
    if question.order == BalancesOrder::PerDay {
        kept.sort_by(|one, other| question.compare(one.per_day(), other.per_day()));
    } else {
        kept.sort_by(|one, other| question.compare(one.days_left(), other.days_left()));
    }
    kept.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    kept.into_iter().try_for_each(each)
}
