//! The database: a [`Snapshot`] reads the state of one moment, a [`Tx`] changes it or, unless committed, leaves it as it was.
//!
//! Filters say which rows a list has, in which order and how many: each list method takes one and passes the rows to a closure
//! one at a time, so that a list needs no memory for its length. SQLite is the only engine, and nothing outside `sqlite/` knows
//! SQL.

pub mod bundle;
pub mod drafts;
pub mod files;
pub mod signing;
mod sqlite;
mod tar;
mod traffic;
pub mod vault;

use crate::model::{Country, EmailState, EntityKind, EntryKind, Level, Money, Origin, Time, Unit};

pub use sqlite::{
    AccrualLine, Appended, BulkWriter, CheckReport, EntryLink, FIRST_SCHEMA_OF_PLANS, ForecastKey, GENESIS,
    HelperConnection, IssuedDocuments, KnownPrices, Location, MessageFilter, MessageSearch, Migration, NewDatabase,
    NewInvoice, OLDEST_SCHEMA, PackedDays, PasswordCount, PlansOfAccounts, QueueGuard, SCHEMA_VERSION, SharedPlans,
    Snapshot, Store, TABLES, Table, Tx, UnrecordedCrossing, hash_of_document, sqlite_source, sqlite_version,
};
pub use traffic::{
    AccountDay, AccountDays, CountrySum, DayPrice, DaySum, EarlierMessages, ImportFilter, ImportedAccount,
    KnownMessage, MonthKey, QuarterSum, Share, StoredMessage, TrafficAccount, TrafficAccounts, TrafficDetail,
    TrafficFilter, TrafficSpan, TrafficSum,
};

/// The source of the current time.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The clock of the operating system.
    System,
    /// A fixed time, for tests.
    Fixed(Time),
}

impl Clock {
    /// The current time.
    pub fn now(self) -> Time {
        match self {
            Self::System => Time::now(),
            Self::Fixed(time) => time,
        }
    }
}

/// Who writes, and when. Every row that a transaction writes carries it.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// Read after the write lock is acquired, so that times follow the order of the transactions.
    pub at: Time,
    pub origin: Origin,
}

/// Whether a list has active entities, archived ones, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ArchiveFilter {
    /// Only active ones.
    #[default]
    Active,
    /// Only archived ones.
    Archived,
    /// Both.
    All,
}

/// The order and length of a list. `S` is the enum of the fields that it can be sorted by.
///
/// Equal rows are sorted by a unique field too, so that the order is the same every time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page<S> {
    pub sort: S,
    pub descending: bool,
    /// Maximum number of rows; `None` for all.
    pub limit: Option<u64>,
}

impl<S> Page<S> {
    /// All rows, in ascending order.
    pub fn all(sort: S) -> Self {
        Self { sort, descending: false, limit: None }
    }
}

/// The fields that a list can be sorted by.
pub trait SortField: Copy + Send + Sync + 'static {
    /// Every field with its name on the command line; the first is the default.
    const ALL: &'static [(&'static str, Self)];
}

/// Declares the enum of the fields that a list can be sorted by, with their names; the first is the default.
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

// After the macro, which it uses.
mod billing;
pub use billing::{InvoiceFilter, InvoiceSort, Issue, ReceivableFilter};

/// The customers to list: those that match every field that is set.
#[derive(Debug, Clone, Default)]
pub struct CustomerFilter {
    pub archive_filter: ArchiveFilter,
    pub country: Option<Country>,
    /// A part of the organisation, account code, API ID, phone, an invoice email or the address; of a contact's name, email or
    /// mobile; of a note; or of an account's system ID or short name. ASCII letters match in any case; see `Query::search` for
    /// others.
    pub search: Option<String>,
    pub page: Page<CustomerSort>,
}

sort_fields! {
    /// The sort fields of customers.
    CustomerSort {
        AccountCode = "account_code",
        Organisation = "organisation",
        Country = "country",
        CreatedAt = "created_at",
        UpdatedAt = "updated_at",
    }
}

/// The contacts to list. Removed contacts are in no list.
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
    /// The sort fields of contacts.
    ContactSort {
        Customer = "customer",
        Id = "id",
        Name = "name",
        Email = "email",
    }
}

/// The notes to list.
#[derive(Debug, Clone, Default)]
pub struct NoteFilter {
    pub customer_id: Option<i64>,
    pub archive_filter: ArchiveFilter,
    /// A part of the text.
    pub search: Option<String>,
    pub page: Page<NoteSort>,
}

sort_fields! {
    /// The sort fields of notes.
    NoteSort {
        Id = "id",
        Customer = "customer",
    }
}

/// The services to list.
#[derive(Debug, Clone, Default)]
pub struct ServiceFilter {
    pub unit: Option<Unit>,
    /// A part of the code or name.
    pub search: Option<String>,
    pub page: Page<ServiceSort>,
}

sort_fields! {
    /// The sort fields of services.
    ServiceSort {
        Code = "code",
        Name = "name",
        Unit = "unit",
    }
}

/// The price plans to list.
#[derive(Debug, Clone, Default)]
pub struct PlanFilter {
    pub archive_filter: ArchiveFilter,
    pub unit: Option<Unit>,
    /// A part of the code or name.
    pub search: Option<String>,
    pub page: Page<PlanSort>,
}

sort_fields! {
    /// The sort fields of price plans.
    PlanSort {
        Code = "code",
        Name = "name",
        Unit = "unit",
        UpdatedAt = "updated_at",
    }
}

/// The SMPP accounts to list.
#[derive(Debug, Clone, Default)]
pub struct SmppFilter {
    pub customer_id: Option<i64>,
    pub archive_filter: ArchiveFilter,
    pub service_id: Option<i64>,
    pub enabled: Option<bool>,
    /// Only accounts that may bind from any IP address.
    pub without_ip_limit: bool,
    /// A part of the system ID, name, short name, an MO number or the customer's account code.
    pub search: Option<String>,
    pub page: Page<SmppSort>,
}

sort_fields! {
    /// The sort fields of SMPP accounts.
    SmppSort {
        SystemId = "system_id",
        Name = "name",
        Customer = "customer",
        CreatedAt = "created_at",
        UpdatedAt = "updated_at",
    }
}

/// The balances to list.
#[derive(Debug, Clone, Default)]
pub struct BalanceFilter {
    pub customer_id: Option<i64>,
    pub archive_filter: ArchiveFilter,
    pub unit: Option<Unit>,
    /// Only balances at or below this amount, each in its own unit.
    pub at_most: Option<Money>,
    /// Only balances whose warning had this state after the last `balance check`.
    pub state: Option<Level>,
    pub page: Page<BalanceSort>,
}

sort_fields! {
    /// The sort fields of balances.
    BalanceSort {
        Customer = "customer",
        Balance = "balance",
        UpdatedAt = "updated_at",
    }
}

/// The ledger entries to list, oldest first unless `newest_first`. The period is half-open: it includes `since` and excludes
/// `until`. Entries are ordered by number, so an entry that a wrong clock dated counts as posted before those that follow it.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    pub customer_id: Option<i64>,
    pub unit: Option<Unit>,
    pub kind: Option<EntryKind>,
    pub actor: Option<String>,
    /// Only entries with higher numbers.
    pub after: Option<i64>,
    pub since: Option<Time>,
    pub until: Option<Time>,
    pub newest_first: bool,
    pub limit: Option<u64>,
}

/// The events of the audit log to list, oldest first unless `newest_first`. The period is half-open: it includes `since` and
/// excludes `until`.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    pub customer_id: Option<i64>,
    /// Events of any of these; of all if it is empty.
    pub entities: Vec<EntityKind>,
    /// Events with any of these actions; with all if it is empty.
    pub actions: Vec<String>,
    pub subject: Option<String>,
    pub actor: Option<String>,
    /// Only events that changed this field.
    pub field: Option<String>,
    /// A part of the subject, the reason or the changes.
    pub search: Option<String>,
    /// Leaves out the charges for traffic, which are most of the events of a busy gateway.
    pub without_charges: bool,
    /// The first and the last number.
    pub ids: Option<(i64, i64)>,
    pub since: Option<Time>,
    pub until: Option<Time>,
    pub newest_first: bool,
    pub limit: Option<u64>,
}

impl EventFilter {
    /// The numbers after this one.
    pub(in crate::store) const fn after(id: i64) -> (i64, i64) {
        (id + 1, i64::MAX)
    }
}

/// The entries of one kind in a balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntrySum {
    pub unit: Unit,
    pub kind: EntryKind,
    pub entries: u64,
    /// The sum of the positive entries; `None` if it is larger than an amount can be.
    pub added: Option<Money>,
    /// The sum of the negative entries; likewise.
    pub taken: Option<Money>,
    pub first_at: Time,
    pub last_at: Time,
}

/// Which attempts are due: those planned for `by` or earlier, and those planned for later than `beyond`.
///
/// No retry waits as long as until `beyond`, so the latter were planned while the clock was wrong; without them such an email
/// would never be sent.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    pub by: Time,
    pub beyond: Time,
}

/// The emails of the outbox to list, oldest first unless `newest_first`; those that are due, by the time of their next attempt.
#[derive(Debug, Clone, Default)]
pub struct OutboxFilter {
    pub customer_id: Option<i64>,
    pub crossing_id: Option<i64>,
    pub forecast_alert_id: Option<i64>,
    pub state: Option<EmailState>,
    /// Only emails whose next attempt is due.
    pub due: Option<Due>,
    /// Only emails that wait for an attempt, due or not.
    pub waiting: bool,
    /// A part of the recipient's address.
    pub recipient: Option<String>,
    pub newest_first: bool,
    pub limit: Option<u64>,
}
