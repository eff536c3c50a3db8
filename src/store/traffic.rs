//! Traffic as it is counted, asked for and handed out.

use std::ops::Range;

use crate::model::{
    AccountCode, Destination, ImportState, MessageState, Money, ServiceCode, StateCounts, SystemId, Tariff, Unit,
};

/// What one sum of a day's traffic is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DayKey {
    /// In days since 1970-01-01 UTC.
    pub day: i32,
    pub account_id: i64,
    /// The two letters of the destination's country; zeros where it has none.
    pub country: [u8; 2],
    pub unit: Unit,
}

/// What is added to the sum of a [`DayKey`] or [`MonthKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DaySum {
    pub counts: StateCounts,
    pub parts: i64,
    pub charge: Money,
}

/// What one sum of a month's traffic is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MonthKey {
    /// In months of UTC since January 1970.
    pub month: i32,
    pub account_id: i64,
    pub unit: Unit,
}

/// Hours, days or months of UTC that follow each other, as counts since 1970-01-01.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrafficSpan {
    Hours(Range<i32>),
    Days(Range<i32>),
    Months(Range<i32>),
}

impl TrafficSpan {
    /// Whether it is no time at all.
    pub fn is_empty(&self) -> bool {
        let (Self::Hours(range) | Self::Days(range) | Self::Months(range)) = self;
        range.is_empty()
    }
}

/// How finely sums of traffic are handed out: the coarser, the quicker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrafficDetail {
    /// All together; accounts are not told.
    Total,
    /// Each hour, day or month of each account.
    Account,
    /// Days and months also by unit.
    Unit,
    /// Days also by country and unit. Months are not counted so.
    Country,
}

/// A sum of traffic as a report adds it to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrafficSum {
    /// 0 where accounts are not told.
    pub account_id: i64,
    pub counts: StateCounts,
    pub parts: i64,
    /// What sums by day and by month tell more than those by hour, where that is asked for.
    pub share: Option<Share>,
}

/// What a sum by day or by month is told apart by, and what was charged for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The two letters of the destination's country; zeros where it has none, or is not asked for.
    pub country: [u8; 2],
    pub unit: Unit,
    pub charge: Money,
}

/// An SMPP account as traffic is counted by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrafficAccount {
    pub id: i64,
    pub system_id: SystemId,
    pub customer_id: i64,
    pub customer: AccountCode,
    pub service: ServiceCode,
}

/// Whose traffic is meant; everybody's when empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrafficFilter {
    pub customer_id: Option<i64>,
    pub account_id: Option<i64>,
    pub service_id: Option<i64>,
}

/// What is stored of a message beside its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownMessage {
    /// The second of its day.
    pub second: u32,
    pub state: MessageState,
    pub destination: Destination,
    pub parts: u16,
    /// What the gateway said that the whole message costs, where the account is charged in a currency.
    pub price: Option<Money>,
    /// Whether it counts as sent, for which it is charged once for ever.
    pub charged: bool,
    /// The import that charged it, or, where none did, that brought it.
    pub import_id: i64,
}

/// Which imports to list.
#[derive(Debug, Clone, Default)]
pub struct ImportFilter {
    pub state: Option<ImportState>,
    pub newest_first: bool,
    pub limit: Option<u64>,
}

/// An account of a file: what its messages cost, and of which days they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountDays {
    pub tariff: Tariff,
    pub first_day: i32,
    pub last_day: i32,
}
