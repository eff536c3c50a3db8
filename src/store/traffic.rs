//! Traffic as plain data: the sums that imports add, the questions that reports ask, and what they get.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::model::{
    AccountCode, AccountPrice, Destination, ImportState, MessageId, MessageState, MobileNetwork, Money, PriceDetail,
    RatedMessage, ServiceCode, StateCounts, SystemId, Unit,
};

/// The sums of one account's messages on one day, by quarter hour and by country and unit; or what to add to these sums.
///
/// Both lists count the same messages. Negative counts subtract, such as when a message moves to another state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountDay {
    /// Days since 1970-01-01 UTC.
    pub day: i32,
    pub account_id: i64,
    quarters: Vec<QuarterSum>,
    countries: Vec<CountrySum>,
}

/// The messages of a quarter of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarterSum {
    /// Quarter hour of the day in UTC, 0 to 95.
    pub quarter: u8,
    pub counts: StateCounts,
    pub parts: i64,
}

impl QuarterSum {
    /// The number of quarter hours of a day.
    pub const A_DAY: u8 = 96;

    /// The quarter hour of a second of the day.
    pub fn of_second(second: u32) -> u8 {
        u8::try_from(second / 900).unwrap_or(u8::MAX)
    }
}

/// The messages of one day to one country, charged in one unit and by one price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountrySum {
    /// Country code of the destination; two zero bytes if it has none.
    pub country: [u8; 2],
    pub unit: Unit,
    pub detail: PriceDetail,
    pub sum: DaySum,
}

impl CountrySum {
    /// The sum without the details of prices.
    #[must_use]
    pub fn without_detail(&self) -> Self {
        Self { detail: PriceDetail::default(), ..*self }
    }

    /// What sums are distinguished and ordered by.
    fn key(&self) -> ([u8; 2], Unit, PriceDetail) {
        (self.country, self.unit, self.detail)
    }
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
        self.quarters.clear();
        self.countries.clear();
    }

    /// The quarter hours that have messages, in order.
    pub fn quarters(&self) -> &[QuarterSum] {
        &self.quarters
    }

    /// The countries, units and prices that have messages, in order.
    pub fn countries(&self) -> &[CountrySum] {
        &self.countries
    }

    /// Adds messages of a quarter hour.
    pub fn add_quarter(&mut self, added: &QuarterSum) -> Result<()> {
        match self.quarters.binary_search_by_key(&added.quarter, |quarter| quarter.quarter) {
            Ok(at) => {
                let QuarterSum { counts, parts, .. } = &mut self.quarters[at];
                (*counts, *parts) = checked_sum((counts, *parts), (&added.counts, added.parts))?;
            }
            Err(at) => self.quarters.insert(at, *added),
        }
        Ok(())
    }

    /// Adds messages of a country, a unit and a price.
    pub fn add_country(&mut self, added: &CountrySum) -> Result<()> {
        match self.countries.binary_search_by_key(&added.key(), CountrySum::key) {
            Ok(at) => self.countries[at].sum.add(&added.sum)?,
            Err(at) => self.countries.insert(at, *added),
        }
        Ok(())
    }

    /// Adds messages of one quarter hour to one country, and their charge in a unit.
    pub fn add_messages(
        &mut self,
        quarter: &QuarterSum,
        (country, unit, detail): ([u8; 2], Unit, PriceDetail),
        charge: Money,
    ) -> Result<()> {
        let QuarterSum { counts, parts, .. } = *quarter;
        self.add_quarter(quarter)?;
        self.add_country(&CountrySum { country, unit, detail, sum: DaySum { counts, parts, charge } })
    }

    /// Adds other messages of the same day.
    pub fn add(&mut self, added: &Self) -> Result<()> {
        added.quarters.iter().try_for_each(|quarter| self.add_quarter(quarter))?;
        added.countries.iter().try_for_each(|country| self.add_country(country))
    }

    /// Adds other messages of the same day without the details of their prices.
    pub fn add_without_details(&mut self, added: &Self) -> Result<()> {
        added.quarters.iter().try_for_each(|quarter| self.add_quarter(quarter))?;
        added.countries.iter().try_for_each(|country| self.add_country(&country.without_detail()))
    }

    /// Removes sums without messages, which remain where others were subtracted.
    pub fn remove_empty(&mut self) {
        self.quarters.retain(|quarter| !quarter.counts.is_empty() || quarter.parts != 0);
        self.countries.retain(|country| country.sum != DaySum::default());
    }

    /// Whether it has no messages.
    pub fn is_empty(&self) -> bool {
        self.quarters.is_empty() && self.countries.is_empty()
    }

    /// Replaces sums of whole hours, which older versions stored, by those of `exact`, in the hours that have the same messages.
    pub(in crate::store) fn spread_hours(&mut self, exact: &Self) {
        let sum_of_hour = |of: &Self, hour: u8| {
            let mut sum = (StateCounts::default(), 0);
            for quarter in of.quarters.iter().filter(|quarter| quarter.quarter / 4 == hour) {
                sum.0.add_all(&quarter.counts);
                sum.1 += quarter.parts;
            }
            sum
        };
        for hour in 0..QuarterSum::A_DAY / 4 {
            if sum_of_hour(self, hour) == sum_of_hour(exact, hour) {
                self.quarters.retain(|quarter| quarter.quarter / 4 != hour);
                self.quarters.extend(exact.quarters.iter().filter(|quarter| quarter.quarter / 4 == hour));
            }
        }
        self.quarters.sort_by_key(|quarter| quarter.quarter);
    }

    /// # Errors
    /// [`Error::Damaged`] when a sum is negative.
    pub(in crate::store) fn refuse_negative(&self) -> Result<()> {
        let of_quarter =
            |quarter: &QuarterSum| DaySum { counts: quarter.counts, parts: quarter.parts, ..DaySum::default() };
        self.quarters.iter().map(of_quarter).try_for_each(|sum| sum.refuse_negative())?;
        self.countries.iter().try_for_each(|country| country.sum.refuse_negative())
    }
}

impl DaySum {
    /// Adds other messages.
    pub fn add(&mut self, added: &Self) -> Result<()> {
        (self.counts, self.parts) = checked_sum((&self.counts, self.parts), (&added.counts, added.parts))?;
        self.charge = self.charge.checked_add(added.charge).ok_or(Error::Overflow { what: "the charge of a day" })?;
        Ok(())
    }

    /// # Errors
    /// [`Error::Damaged`] when it counts less than nothing.
    pub(in crate::store) fn refuse_negative(&self) -> Result<()> {
        if self.counts.numbers().into_iter().chain([self.parts, self.charge.e8()]).any(|number| number < 0) {
            let what = "the sums of traffic count fewer messages than are stored; run `ssgctl db check`";
            return Err(Error::Damaged(what.to_owned()));
        }
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

/// A half-open range of quarter hours, days or months in UTC, counted since 1970-01-01.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrafficSpan {
    Quarters(Range<i32>),
    Days(Range<i32>),
    Months(Range<i32>),
}

impl TrafficSpan {
    /// Whether the range has no quarter hours, days or months.
    pub fn is_empty(&self) -> bool {
        let (Self::Quarters(range) | Self::Days(range) | Self::Months(range)) = self;
        range.is_empty()
    }
}

/// How sums of traffic are split, apart from accounts. Coarser sums are faster to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrafficDetail {
    /// The messages alone.
    Messages,
    /// By unit. Days and months only.
    Unit,
    /// By country and unit. Days only: monthly sums have no countries.
    Country,
    /// By price, mobile network, country and unit. Days only, and not of all accounts together.
    Price,
}

/// Whose sums to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrafficAccounts<'a> {
    /// Those of all accounts together, which are few.
    Together,
    /// Those of each account.
    Each,
    /// Those of a few accounts.
    Few(&'a [i64]),
}

/// A sum of traffic over a quarter hour, a day or a month, to be added up by a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrafficSum {
    /// 0 for all accounts together.
    pub account_id: i64,
    pub counts: StateCounts,
    pub parts: i64,
    /// Country, unit and charge, if [`TrafficDetail`] asks for them; those of quarter hours have none.
    pub share: Option<Share>,
}

/// The part of a daily or monthly sum that one country and unit have, and its charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Country code of the destination; two zero bytes if it has none, or sums are not by country.
    pub country: [u8; 2],
    pub unit: Unit,
    pub charge: Money,
    /// If [`TrafficDetail::Price`] asks for it.
    pub price: Option<DayPrice>,
}

/// By which price messages of a day were charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayPrice {
    /// Days since 1970-01-01 UTC.
    pub day: i32,
    pub detail: PriceDetail,
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
    /// The mobile network of the destination, if the report that charged it named one.
    pub network: Option<MobileNetwork>,
    /// Whether it counts as sent. A message becomes charged at most once, and stays so.
    pub charged: bool,
    /// The import that charged it or, if none did, that added it.
    pub import_id: i64,
}

impl KnownMessage {
    /// What its charge depends on.
    pub fn rated(&self, day: i32, account_id: i64) -> RatedMessage<'_> {
        RatedMessage {
            account_id,
            second: i64::from(day) * 86_400 + i64::from(self.second),
            destination: &self.destination,
            network: self.network,
            parts: self.parts,
            price: self.price,
        }
    }
}

/// A stored message with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// Days since 1970-01-01 UTC.
    pub day: i32,
    /// The run of the day in which it is stored.
    pub run: u32,
    pub id: MessageId,
    pub account_id: i64,
    pub known: KnownMessage,
}

/// The numbers of messages of earlier imports that an import reported again, and that it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EarlierMessages {
    pub known: u64,
    pub changed: u64,
}

/// The imports to list, oldest first unless `newest_first`.
#[derive(Debug, Clone, Default)]
pub struct ImportFilter {
    pub state: Option<ImportState>,
    pub newest_first: bool,
    pub limit: Option<u64>,
}

/// An account that a traffic file may name, and its customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportedAccount {
    pub account_id: i64,
    pub customer_id: i64,
}

/// An account of a traffic file: how it is charged, and the first and last day of its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountDays {
    pub account_price: AccountPrice,
    pub first_day: i32,
    pub last_day: i32,
}
