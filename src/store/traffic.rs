//! Traffic as it is counted, asked for and handed out.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::model::{
    AccountCode, AccountPrice, Destination, ImportState, MessageState, Money, ServiceCode, StateCounts, SystemId, Unit,
};

/// The messages of one account on one day, or what is added to them: the same messages by hour, and by country and unit.
/// Counts below zero take away.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountDay {
    /// In days since 1970-01-01 UTC.
    pub day: i32,
    pub account_id: i64,
    hours: Vec<HourSum>,
    countries: Vec<CountrySum>,
}

/// The messages of one hour of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourSum {
    /// 0 to 23, of UTC.
    pub hour: u8,
    pub counts: StateCounts,
    pub parts: i64,
}

/// The messages of a day to one country that are charged in one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountrySum {
    /// The two letters of the destination's country; zeros where it has none.
    pub country: [u8; 2],
    pub unit: Unit,
    pub sum: DaySum,
}

/// Messages, and what was charged for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DaySum {
    pub counts: StateCounts,
    pub parts: i64,
    pub charge: Money,
}

impl AccountDay {
    /// A day without messages.
    pub fn new(day: i32, account_id: i64) -> Self {
        Self { day, account_id, ..Self::default() }
    }

    /// Begins another day without messages, in the same memory.
    pub fn begin(&mut self, day: i32, account_id: i64) {
        (self.day, self.account_id) = (day, account_id);
        self.hours.clear();
        self.countries.clear();
    }

    /// Its hours, in order.
    pub fn hours(&self) -> &[HourSum] {
        &self.hours
    }

    /// Its countries and units, in order.
    pub fn countries(&self) -> &[CountrySum] {
        &self.countries
    }

    /// Adds messages of an hour.
    pub fn add_hour(&mut self, added: &HourSum) -> Result<()> {
        match self.hours.binary_search_by_key(&added.hour, |hour| hour.hour) {
            Ok(at) => {
                let HourSum { counts, parts, .. } = &mut self.hours[at];
                (*counts, *parts) = together((counts, *parts), (&added.counts, added.parts))?;
            }
            Err(at) => self.hours.insert(at, *added),
        }
        Ok(())
    }

    /// Adds messages of a country and a unit.
    pub fn add_country(&mut self, added: &CountrySum) -> Result<()> {
        let key = |country: &CountrySum| (country.country, country.unit);
        match self.countries.binary_search_by_key(&key(added), key) {
            Ok(at) => self.countries[at].sum.add(&added.sum)?,
            Err(at) => self.countries.insert(at, *added),
        }
        Ok(())
    }

    /// Adds messages of an hour to one country, and what is charged for them in a unit.
    pub fn add_messages(&mut self, hour: &HourSum, country: [u8; 2], unit: Unit, charge: Money) -> Result<()> {
        let HourSum { counts, parts, .. } = *hour;
        self.add_hour(hour)?;
        self.add_country(&CountrySum { country, unit, sum: DaySum { counts, parts, charge } })
    }

    /// Adds other messages of the same account and day.
    pub fn add(&mut self, added: &Self) -> Result<()> {
        added.hours.iter().try_for_each(|hour| self.add_hour(hour))?;
        added.countries.iter().try_for_each(|country| self.add_country(country))
    }
}

impl DaySum {
    /// Adds other messages.
    pub fn add(&mut self, added: &Self) -> Result<()> {
        (self.counts, self.parts) = together((&self.counts, self.parts), (&added.counts, added.parts))?;
        self.charge = self.charge.checked_add(added.charge).ok_or(Error::Overflow { what: "the charge of a day" })?;
        Ok(())
    }
}

/// Messages and their parts added up.
fn together(one: (&StateCounts, i64), other: (&StateCounts, i64)) -> Result<(StateCounts, i64)> {
    let sum = one.0.checked_add(other.0).zip(one.1.checked_add(other.1));
    sum.ok_or(Error::Overflow { what: "the traffic of a day" })
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
    /// Accounts are not told.
    Total,
    /// Each hour, day or month of each account.
    Account,
    /// Days and months also by unit.
    Unit,
    /// Days also by country and unit. Months are not counted so.
    Country,
}

/// A sum of traffic as a report adds it to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
    pub account_price: AccountPrice,
    pub first_day: i32,
    pub last_day: i32,
}
