//! Traffic as plain data: the sums that imports add, the questions that reports ask, and what they get.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::model::{
    AccountCode, AccountPrice, Destination, ImportState, MessageState, Money, ServiceCode, StateCounts, SystemId, Unit,
};

/// The sums of one account's messages on one day, by hour and by country and unit; or what to add to these sums.
///
/// Both lists count the same messages. Negative counts subtract, such as when a message moves to another state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountDay {
    /// Days since 1970-01-01 UTC.
    pub day: i32,
    pub account_id: i64,
    hours: Vec<HourSum>,
    countries: Vec<CountrySum>,
}

/// The messages of one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourSum {
    /// Hour of the day in UTC, 0 to 23.
    pub hour: u8,
    pub counts: StateCounts,
    pub parts: i64,
}

/// The messages of one day to one country, charged in one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountrySum {
    /// Country code of the destination; two zero bytes if it has none.
    pub country: [u8; 2],
    pub unit: Unit,
    pub sum: DaySum,
}

/// A number of messages and their charge.
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

    /// Clears the sums for another day, and keeps their memory.
    pub fn begin(&mut self, day: i32, account_id: i64) {
        (self.day, self.account_id) = (day, account_id);
        self.hours.clear();
        self.countries.clear();
    }

    /// The hours that have messages, in order.
    pub fn hours(&self) -> &[HourSum] {
        &self.hours
    }

    /// The countries and units that have messages, in order.
    pub fn countries(&self) -> &[CountrySum] {
        &self.countries
    }

    /// Adds messages of an hour.
    pub fn add_hour(&mut self, added: &HourSum) -> Result<()> {
        match self.hours.binary_search_by_key(&added.hour, |hour| hour.hour) {
            Ok(at) => {
                let HourSum { counts, parts, .. } = &mut self.hours[at];
                (*counts, *parts) = checked_sum((counts, *parts), (&added.counts, added.parts))?;
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

    /// Adds messages of one hour to one country, and their charge in a unit.
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
        (self.counts, self.parts) = checked_sum((&self.counts, self.parts), (&added.counts, added.parts))?;
        self.charge = self.charge.checked_add(added.charge).ok_or(Error::Overflow { what: "the charge of a day" })?;
        Ok(())
    }
}

/// Adds two numbers of messages and of their parts.
fn checked_sum(one: (&StateCounts, i64), other: (&StateCounts, i64)) -> Result<(StateCounts, i64)> {
    let sum = one.0.checked_add(other.0).zip(one.1.checked_add(other.1));
    sum.ok_or(Error::Overflow { what: "the traffic of a day" })
}

/// The key of a monthly sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MonthKey {
    /// Months since January 1970, in UTC.
    pub month: i32,
    pub account_id: i64,
    pub unit: Unit,
}

/// A half-open range of hours, days or months in UTC, counted since 1970-01-01.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrafficSpan {
    Hours(Range<i32>),
    Days(Range<i32>),
    Months(Range<i32>),
}

impl TrafficSpan {
    /// Whether the range has no hours, days or months.
    pub fn is_empty(&self) -> bool {
        let (Self::Hours(range) | Self::Days(range) | Self::Months(range)) = self;
        range.is_empty()
    }
}

/// How sums of traffic are grouped. Coarser sums are faster to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrafficDetail {
    /// All accounts together.
    Total,
    /// By account.
    Account,
    /// By account and unit. Days and months only.
    Unit,
    /// By account, country and unit. Days only: monthly sums have no countries.
    Country,
}

/// A sum of traffic over some hours, a day or a month, to be added up by a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrafficSum {
    /// 0 for all accounts together.
    pub account_id: i64,
    pub counts: StateCounts,
    pub parts: i64,
    /// Country, unit and charge, if [`TrafficDetail`] asks for them; hourly sums have none.
    pub share: Option<Share>,
}

/// The part of a daily or monthly sum that one country and unit have, and its charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Country code of the destination; two zero bytes if it has none, or sums are not by country.
    pub country: [u8; 2],
    pub unit: Unit,
    pub charge: Money,
}

/// An SMPP account that can have traffic, with the names that reports group by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrafficAccount {
    pub id: i64,
    pub system_id: SystemId,
    pub customer_id: i64,
    pub customer: AccountCode,
    pub service: ServiceCode,
}

/// Whose traffic to read: the accounts that match every field that is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrafficFilter {
    pub customer_id: Option<i64>,
    pub account_id: Option<i64>,
    pub service_id: Option<i64>,
}

/// A stored message without its key, which is day, ID and account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownMessage {
    /// Second of the day, in UTC.
    pub second: u32,
    pub state: MessageState,
    pub destination: Destination,
    pub parts: u16,
    /// The price of the whole message that the gateway reported, if the account is charged in a currency.
    pub price: Option<Money>,
    /// Whether it counts as sent. A message becomes charged at most once, and stays so.
    pub charged: bool,
    /// The import that charged it or, if none did, that added it.
    pub import_id: i64,
}

/// The imports to list, oldest first unless `newest_first`.
#[derive(Debug, Clone, Default)]
pub struct ImportFilter {
    pub state: Option<ImportState>,
    pub newest_first: bool,
    pub limit: Option<u64>,
}

/// An account of a traffic file: its price, and the first and last day of its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountDays {
    pub account_price: AccountPrice,
    pub first_day: i32,
    pub last_day: i32,
}
