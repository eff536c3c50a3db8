//! Imported traffic files: what was imported, how many rows had which result, and what the messages cost.

use jiff::civil::{Date, date};

use crate::model::text::Actor;
use crate::model::word_enum::word_enum;
use crate::model::{Hash, Money, Time, Unit};

/// The date of a number of days since 1970-01-01.
pub fn day_of(days: i32) -> Date {
    let epoch = date(1970, 1, 1);
    epoch.saturating_add(jiff::Span::new().try_days(days).unwrap_or_default())
}

/// The day of a second, both counted since 1970-01-01 UTC.
pub fn day_of_second(second: i64) -> i32 {
    i32::try_from(second.div_euclid(86_400)).unwrap_or(if second < 0 { i32::MIN } else { i32::MAX })
}

/// A date in days since 1970-01-01, the inverse of [`day_of`].
pub fn days_since_epoch(day: Date) -> i32 {
    (day - date(1970, 1, 1)).get_days()
}

/// The month of a day as a number of months since January 1970; the day counts from 1970-01-01.
pub fn month_of(days: i32) -> i32 {
    let day = day_of(days);
    (i32::from(day.year()) - 1970) * 12 + i32::from(day.month()) - 1
}

/// The first day of a month, in days since 1970-01-01; the month counts from January 1970.
pub fn first_day_of(month: i32) -> i32 {
    let year = i16::try_from(1970 + month.div_euclid(12)).unwrap_or(i16::MAX);
    let month = i8::try_from(month.rem_euclid(12) + 1).unwrap_or(1);
    let first = Date::new(year, month, 1).unwrap_or(Date::MAX);
    days_since_epoch(first)
}

word_enum! {
    /// The progress of an import.
    pub enum ImportState {
        /// Running or interrupted: some rows are missing and nothing is charged yet.
        Unfinished = "unfinished",
        /// All rows are imported and charged.
        Finished = "finished",
        /// Ended by the operator before all rows were imported: the imported ones are charged.
        Closed = "closed",
        /// Taken out by the operator: its messages are gone and its charges given back.
        Reverted = "reverted",
    }
}

/// The number of rows by result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrafficTally {
    /// Rows of new messages.
    pub new: u64,
    /// Rows that updated a stored message.
    pub updated: u64,
    /// Rows that repeated a stored message without changes.
    pub duplicate: u64,
    /// Rows of messages that the gateway rejected before assigning an ID.
    pub rejected: u64,
    /// Rows that are not messages to handsets.
    pub skipped: u64,
    /// Invalid rows that were left out.
    pub refused: u64,
}

impl TrafficTally {
    /// The total number of rows.
    pub fn rows(&self) -> u64 {
        self.new + self.updated + self.duplicate + self.rejected + self.skipped + self.refused
    }

    /// Adds the counts of other rows.
    pub fn add(&mut self, other: &Self) {
        self.new += other.new;
        self.updated += other.updated;
        self.duplicate += other.duplicate;
        self.rejected += other.rejected;
        self.skipped += other.skipped;
        self.refused += other.refused;
    }
}

/// The description of a file before it is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pub file: String,
    pub sha256: Hash,
    pub size: u64,
    /// The name of the traffic dialect.
    pub dialect: String,
    /// All other options that affect how rows are parsed, as a JSON object.
    pub options: String,
    /// Whether the messages are charged.
    pub charging: bool,
}

/// An import as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    pub id: i64,
    pub manifest: Manifest,
    pub state: ImportState,
    /// The first and last day of the messages, in days since 1970-01-01 UTC.
    pub days: Option<(i32, i32)>,
    /// Counts the rows imported so far.
    pub tally: TrafficTally,
    /// The amount charged in each unit; not negative.
    pub charges: Vec<(Unit, Money)>,
    pub begun_at: Time,
    pub ended_at: Option<Time>,
    pub actor: Actor,
}

/// An account of an import, and the balance that pays for its messages. An account whose unit changes while the file goes on is
/// there once for each unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountPrice {
    pub account_id: i64,
    pub customer_id: i64,
    pub unit: Unit,
    /// The price of a message part, not negative; `None` if the plans of the account decide.
    pub price: Option<Money>,
    /// Whether messages are charged at all.
    pub charging: bool,
}

/// The charge of an import for one account and unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Charge {
    pub messages: i64,
    pub parts: i64,
    /// Not negative.
    pub amount: Money,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(day_of(0).to_string(), "1970-01-01");
        assert_eq!(day_of(20_781).to_string(), "2026-11-24");
    }
}
