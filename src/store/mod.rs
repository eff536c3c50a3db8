//! The database behind one transaction type: reads see one snapshot, writes are stamped and undone unless committed.

pub mod files;
mod sqlite;
pub mod vault;

use std::ops::Range;

use crate::model::{
    AccountCode, Country, Destination, EntryKind, ImportState, LetterState, Level, MessageState, Money, Noun, Origin,
    ServiceCode, StateCounts, SystemId, Tariff, Time, Unit,
};

pub use sqlite::{
    CheckReport, Crossed, Location, MessageQuestion, Migration, SCHEMA_VERSION, Snapshot, Store, TABLES, Table, Turn,
    Tx, sqlite_source, sqlite_version,
};

/// Where the time comes from.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The operating system.
    System,
    /// One moment, for tests.
    Fixed(Time),
}

impl Clock {
    /// The time now.
    pub fn now(self) -> Time {
        match self {
            Self::System => Time::now(),
            Self::Fixed(time) => time,
        }
    }
}

/// Who writes, and when: every row that a transaction leaves bears it.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// Taken once the write lock is held.
    pub at: Time,
    pub origin: Origin,
}

/// Which lives a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lives {
    /// What is in use.
    #[default]
    Active,
    /// What is archived.
    Archived,
    /// Both.
    All,
}

/// The order and length of a list. `S` names the fields that it can be sorted by.
#[derive(Debug, Clone, Copy)]
pub struct Page<S> {
    pub sort: S,
    pub descending: bool,
    /// The most rows to give.
    pub limit: Option<u64>,
}

impl<S> Page<S> {
    /// A whole list, from low to high.
    pub fn all(sort: S) -> Self {
        Self { sort, descending: false, limit: None }
    }
}

/// Which customers to list.
#[derive(Debug, Clone)]
pub struct CustomerFilter {
    pub lives: Lives,
    pub country: Option<Country>,
    /// A part of the organisation, code, API ID, invoice emails, or of a contact's name, email or mobile.
    pub search: Option<String>,
    pub page: Page<CustomerSort>,
}

/// What customers can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerSort {
    AccountCode,
    Organisation,
    Country,
    CreatedAt,
    UpdatedAt,
}

/// Which contacts to list.
#[derive(Debug, Clone)]
pub struct ContactFilter {
    pub customer_id: Option<i64>,
    pub lives: Lives,
    pub role: Option<crate::model::Role>,
    /// A part of the name, email or mobile.
    pub search: Option<String>,
    pub page: Page<ContactSort>,
}

/// What contacts can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactSort {
    Id,
    Customer,
    Name,
    Email,
}

/// Which notes to list.
#[derive(Debug, Clone)]
pub struct NoteFilter {
    pub customer_id: Option<i64>,
    pub lives: Lives,
    /// A part of the text.
    pub search: Option<String>,
    pub page: Page<NoteSort>,
}

/// What notes can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteSort {
    Id,
    Customer,
}

/// Which services to list.
#[derive(Debug, Clone)]
pub struct ServiceFilter {
    pub unit: Option<Unit>,
    /// A part of the code or name.
    pub search: Option<String>,
    pub page: Page<ServiceSort>,
}

/// What services can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceSort {
    Code,
    Name,
    Unit,
}

/// Which SMPP accounts to list.
#[derive(Debug, Clone)]
pub struct SmppFilter {
    pub customer_id: Option<i64>,
    pub lives: Lives,
    pub service_id: Option<i64>,
    pub enabled: Option<bool>,
    /// A part of the system ID, name, short name or customer's code.
    pub search: Option<String>,
    pub page: Page<SmppSort>,
}

/// What SMPP accounts can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmppSort {
    SystemId,
    Name,
    Customer,
    CreatedAt,
    UpdatedAt,
}

/// Which balances to list.
#[derive(Debug, Clone)]
pub struct BalanceFilter {
    pub customer_id: Option<i64>,
    pub lives: Lives,
    pub unit: Option<Unit>,
    /// Only those at or below this amount.
    pub at_most: Option<Money>,
    /// Only those that the last check found in this state.
    pub state: Option<Level>,
    pub page: Page<BalanceSort>,
}

/// What balances can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BalanceSort {
    Customer,
    Balance,
    UpdatedAt,
}

/// Which entries of the ledger to list. Times are half-open: `since` is in, `until` is out.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    pub customer_id: Option<i64>,
    pub unit: Option<Unit>,
    pub kind: Option<EntryKind>,
    pub actor: Option<String>,
    pub since: Option<Time>,
    pub until: Option<Time>,
    pub newest_first: bool,
    pub limit: Option<u64>,
}

/// Which events to list. Times are half-open: `since` is in, `until` is out.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    pub customer_id: Option<i64>,
    pub noun: Option<Noun>,
    pub subject: Option<String>,
    pub actor: Option<String>,
    pub since: Option<Time>,
    pub until: Option<Time>,
    pub newest_first: bool,
    pub limit: Option<u64>,
}

/// Which attempts are due: those at or before a time, and those that lie further ahead than any wait. The latter were
/// planned while the clock was wrong, and would else never come.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    pub by: Time,
    pub beyond: Time,
}

/// Which letters to list.
#[derive(Debug, Clone, Default)]
pub struct LetterFilter {
    pub customer_id: Option<i64>,
    pub crossing_id: Option<i64>,
    pub state: Option<LetterState>,
    /// Only those whose next attempt is due.
    pub due: Option<Due>,
    /// Only those that wait for an attempt, due or not.
    pub waiting: bool,
    /// A part of the recipient's address.
    pub recipient: Option<String>,
    pub newest_first: bool,
    pub limit: Option<u64>,
}

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
