//! The database behind one transaction type: reads see one snapshot, writes are stamped and undone unless committed.

pub mod files;
mod sqlite;
mod traffic;
pub mod vault;

use crate::model::{Country, EmailState, EntityKind, EntryKind, Level, Money, Origin, Time, Unit};

pub use sqlite::{
    BulkWriter, CheckReport, HelperConnection, Location, MessageFilter, Migration, OLDEST_SCHEMA, PackedDays,
    QueueGuard, SCHEMA_VERSION, Snapshot, Store, TABLES, Table, Tx, UnrecordedCrossing, sqlite_source, sqlite_version,
};
pub use traffic::{
    AccountDay, AccountDays, CountrySum, DaySum, HourSum, ImportFilter, KnownMessage, MonthKey, Share, TrafficAccount,
    TrafficDetail, TrafficFilter, TrafficSpan, TrafficSum,
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
pub enum ArchiveFilter {
    /// What is in use.
    #[default]
    Active,
    /// What is archived.
    Archived,
    /// Both.
    All,
}

/// The order and length of a list. `S` names the fields that it can be sorted by.
#[derive(Debug, Clone, Copy, Default)]
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

/// A field that a list can be sorted by.
pub trait SortField: Copy + Send + Sync + 'static {
    /// Every field with its name. The first one is meant when none is named.
    const ALL: &'static [(&'static str, Self)];
}

/// Declares the fields that a list can be sorted by, with their names; the first one is the default.
macro_rules! sort_fields {
    ($(#[$doc:meta])* $name:ident { $($field:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($field,)+
        }

        impl SortField for $name {
            const ALL: &'static [(&'static str, Self)] = &[$(($word, Self::$field)),+];
        }

        impl Default for $name {
            fn default() -> Self {
                Self::ALL[0].1
            }
        }
    };
}

/// Which customers to list.
#[derive(Debug, Clone, Default)]
pub struct CustomerFilter {
    pub archive_filter: ArchiveFilter,
    pub country: Option<Country>,
    /// A part of the organisation, code, API ID, invoice emails, or of a contact's name, email or mobile.
    pub search: Option<String>,
    pub page: Page<CustomerSort>,
}

sort_fields! {
    /// What customers can be sorted by.
    CustomerSort {
        AccountCode = "account_code",
        Organisation = "organisation",
        Country = "country",
        CreatedAt = "created_at",
        UpdatedAt = "updated_at",
    }
}

/// Which contacts to list.
#[derive(Debug, Clone, Default)]
pub struct ContactFilter {
    pub customer_id: Option<i64>,
    pub archive_filter: ArchiveFilter,
    pub role: Option<crate::model::Role>,
    /// A part of the name, email or mobile.
    pub search: Option<String>,
    pub page: Page<ContactSort>,
}

sort_fields! {
    /// What contacts can be sorted by.
    ContactSort {
        Customer = "customer",
        Id = "id",
        Name = "name",
        Email = "email",
    }
}

/// Which notes to list.
#[derive(Debug, Clone, Default)]
pub struct NoteFilter {
    pub customer_id: Option<i64>,
    pub archive_filter: ArchiveFilter,
    /// A part of the text.
    pub search: Option<String>,
    pub page: Page<NoteSort>,
}

sort_fields! {
    /// What notes can be sorted by.
    NoteSort {
        Id = "id",
        Customer = "customer",
    }
}

/// Which services to list.
#[derive(Debug, Clone, Default)]
pub struct ServiceFilter {
    pub unit: Option<Unit>,
    /// A part of the code or name.
    pub search: Option<String>,
    pub page: Page<ServiceSort>,
}

sort_fields! {
    /// What services can be sorted by.
    ServiceSort {
        Code = "code",
        Name = "name",
        Unit = "unit",
    }
}

/// Which SMPP accounts to list.
#[derive(Debug, Clone, Default)]
pub struct SmppFilter {
    pub customer_id: Option<i64>,
    pub archive_filter: ArchiveFilter,
    pub service_id: Option<i64>,
    pub enabled: Option<bool>,
    /// A part of the system ID, name, short name or customer's code.
    pub search: Option<String>,
    pub page: Page<SmppSort>,
}

sort_fields! {
    /// What SMPP accounts can be sorted by.
    SmppSort {
        SystemId = "system_id",
        Name = "name",
        Customer = "customer",
        CreatedAt = "created_at",
        UpdatedAt = "updated_at",
    }
}

/// Which balances to list.
#[derive(Debug, Clone, Default)]
pub struct BalanceFilter {
    pub customer_id: Option<i64>,
    pub archive_filter: ArchiveFilter,
    pub unit: Option<Unit>,
    /// Only those at or below this amount.
    pub at_most: Option<Money>,
    /// Only those that the last check found in this state.
    pub state: Option<Level>,
    pub page: Page<BalanceSort>,
}

sort_fields! {
    /// What balances can be sorted by.
    BalanceSort {
        Customer = "customer",
        Balance = "balance",
        UpdatedAt = "updated_at",
    }
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
    pub entity: Option<EntityKind>,
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

/// Which emails to list.
#[derive(Debug, Clone, Default)]
pub struct OutboxFilter {
    pub customer_id: Option<i64>,
    pub crossing_id: Option<i64>,
    pub state: Option<EmailState>,
    /// Only those whose next attempt is due.
    pub due: Option<Due>,
    /// Only those that wait for an attempt, due or not.
    pub waiting: bool,
    /// A part of the recipient's address.
    pub recipient: Option<String>,
    pub newest_first: bool,
    pub limit: Option<u64>,
}
