//! Every reason to refuse an operation, a database or a file, each as a sentence that names the thing.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::invoice::TaxUndecided;
pub use crate::model::text::quoted;
use crate::model::{
    AccountCode, Destination, EntityKind, Invalid, KeyFingerprint, Message, MessageId, Money, PlanCode,
    PriceDestination, RatedMessage, SystemId, Time, Unit,
};

mod input_error;

pub use input_error::InputError;

/// The result of an operation or of a read.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation was refused. Whatever the reason, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The name does not exist; `nearest` is a similar one that does.
    #[error("no {entity} {}", quoted(.name))]
    NotFound { entity: EntityKind, name: String, nearest: Option<String> },

    /// The name is that of an SMPP account, where a customer is expected.
    #[error("no customer {}: it is an SMPP account of {}", quoted(.account), quoted(.customer))]
    AccountOfCustomer { account: String, customer: String },

    /// The file exists and is not overwritten.
    #[error("{} already exists", quoted(.path.display()))]
    FileExists { path: PathBuf },

    /// The file does not exist.
    #[error("no database at {}", quoted(.path.display()))]
    NoDatabase { path: PathBuf },

    /// The name is taken, possibly by something archived: names stay reserved for ever.
    #[error("{field} {} belongs to another {entity}", quoted(.value))]
    Exists { entity: EntityKind, field: &'static str, value: String },

    /// The record exists, and an import without `--update` may not change it; `differs` names the fields.
    #[error("{entity} {} already exists and differs in {}", quoted(.name), .differs.join(", "))]
    Differs { entity: EntityKind, name: String, differs: Vec<String> },

    /// The change would alter a field that never changes.
    #[error("{entity} {} has another {field} than {}, and it never changes", quoted(.name), quoted(.value))]
    Fixed { entity: EntityKind, name: String, field: &'static str, value: String },

    /// The name fits more than one record.
    #[error("{} fits more than one {entity}: {}", quoted(.name), .matches.join(", "))]
    Ambiguous { entity: EntityKind, name: String, matches: Vec<String> },

    /// The name is that of a price plan and that of an SMPP account.
    #[error(
        "{} fits both price plan {} and SMPP account {} of {customer}",
        quoted(.name), quoted(.plan), quoted(.account)
    )]
    PlanOrAccount { name: String, plan: PlanCode, account: SystemId, customer: AccountCode },

    /// The idempotency key was used before, for `what` that differs in `field`.
    #[error("key {} was used for another {what} ({field} differs)", quoted(.key))]
    KeyConflict { what: &'static str, key: String, field: &'static str },

    /// The idempotency key was used before, for a run of `traffic reprice` that differs in `field`.
    #[error("key {} was used for another run ({field} differs)", quoted(.key))]
    RepriceConflict { key: String, field: &'static str },

    /// A list would change what messages of the past cost; `since` is the time, and `None` the beginning of all.
    #[error(
        "the price of {destination} would change from {} on, which is in the past",
        .since.map_or_else(|| "the beginning".to_owned(), |time| format!("{} UTC", time.for_reading()))
    )]
    PastPrice { destination: PriceDestination, since: Option<Time> },

    /// Messages of a period are gone, so what they cost cannot be computed.
    #[error("messages submitted before {before} were pruned, and the period begins earlier")]
    Pruned { before: jiff::civil::Date },

    /// Messages would be given up that may still be delivered, and charged then.
    #[error("messages of {day} are reserved: they may still be delivered")]
    Reserved { day: jiff::civil::Date, before: jiff::civil::Date },

    /// A message was reported before with another price, destination or number of parts; `before` says where.
    #[error("message {} was reported differently before, {before} ({field} differs)", quoted(.id))]
    Contradiction { id: MessageId, field: &'static str, before: String },

    /// No plan of the account has a price for the message at the time of its submission.
    #[error("no price for {destination} on account {} at {at}", quoted(.account))]
    Unpriced { account: String, destination: String, at: Time },

    /// An import for one account names another account in its file.
    #[error("account {} contradicts the file: this row belongs to {}", quoted(.account), quoted(.found))]
    OtherAccount { account: String, found: String },

    /// A file was imported before, and its messages were assigned to other accounts.
    #[error("{} was imported before, as import {import}, for other accounts", quoted(.file))]
    KnownFile { file: String, import: i64 },

    /// An entry can be reversed once.
    #[error("{what} {entry} was reversed before, by {what} {by}")]
    AlreadyReversed { what: &'static str, entry: i64, by: i64 },

    /// A file breaks the rules of its format.
    #[error("{message}")]
    Input { code: InputError, message: String },

    /// A file has faults; each has its line and column.
    #[error("{} in the file; nothing was imported", count(.0.count, "error"))]
    Rows(Faults),

    /// Another process changed the record after it was read.
    #[error("{entity} {} was changed by another process meanwhile", quoted(.name))]
    ChangedMeanwhile { entity: EntityKind, name: String },

    /// An archived record can only be un-archived; `again` says that the operation was to archive it.
    #[error("{entity} {} is archived{}", quoted(.name), if *.again { " already" } else { "" })]
    Archived { entity: EntityKind, name: String, again: bool },

    /// Only an archived record can be un-archived.
    #[error("{entity} {} is not archived", quoted(.name))]
    NotArchived { entity: EntityKind, name: String },

    /// A manual change may not take a balance below its credit limit.
    #[error(
        "balance of {} is {} {unit}; {} would leave {}, below {}",
        quoted(.customer), .unit.format(*.balance), .unit.format(*.amount), .unit.format(*.after), .unit.format(*.floor)
    )]
    InsufficientBalance { customer: AccountCode, unit: Unit, balance: Money, amount: Money, after: Money, floor: Money },

    /// A sum exceeds the range of 64-bit amounts.
    #[error("{what} would exceed the largest amount of ±92233720368.54775807")]
    Overflow { what: &'static str },

    /// A change of password would end the previous one within its grace period.
    #[error("the previous password of SMPP account {} is valid until {until}, and this would end it", quoted(.name))]
    GracePeriod { name: String, until: Time },

    /// An email to a customer has no recipient.
    #[error("{customer} has no {}", if *.of_invoice { "invoice email and no billing contact with one" } else { "contact with an email address" })]
    NoRecipient { customer: AccountCode, of_invoice: bool },

    /// No plan has a price for a destination, which is never the same as a price of 0.
    #[error("no price for {} at {at}; asked: {}", quoted(.destination), .plans.join(", "))]
    NoPrice { destination: Destination, at: Time, plans: Vec<String> },

    /// The price of one service cannot be changed in a plan that others use too.
    #[error("plan {} is also used by {user}", quoted(.plan))]
    SharedPlan { plan: PlanCode, user: String },

    /// The rules do not say how an invoice is taxed.
    #[error("the tax of draft {invoice} is not decided: {reason}")]
    TaxUndecided { invoice: i64, customer: AccountCode, reason: TaxUndecided },

    /// A business rule forbids it.
    #[error("{0}")]
    Refused(String),

    /// A value breaks its rule.
    #[error("{field}: {} {rule}", quoted(.value))]
    Invalid { field: &'static str, value: String, rule: Invalid },

    /// The newest entry of a ledger is dated far ahead of the clock, so one of the two times is wrong.
    #[error("{what} {entry} is dated {dated}, more than 5 minutes ahead of the clock, which says {now}")]
    ClockBehind { what: &'static str, entry: i64, dated: Time, now: Time },

    /// The write lock was not available in time.
    #[error("another process has held the database for {}", seconds(.waited))]
    Busy { waited: Duration },

    /// The file is not a database of this program.
    #[error("{} is not an ssgctl database ({reason})", quoted(.path.display()))]
    Foreign { path: PathBuf, reason: &'static str },

    /// The file was written by a newer program.
    #[error("{} has schema {found}, this program knows {known}", quoted(.path.display()))]
    NewerSchema { path: PathBuf, found: u32, known: u32 },

    /// The file was written by an older program.
    #[error("{} has the older schema {found}, this program needs {known}", quoted(.path.display()))]
    OlderSchema { path: PathBuf, found: u32, known: u32 },

    /// The stored data contradicts itself or cannot be read.
    #[error("the database is damaged: {0}")]
    Damaged(String),

    /// The linked SQLite version is known to lose data.
    #[error("SQLite {0} can lose committed data and is not used")]
    UnsafeSqlite(String),

    /// The operating system refused to read or write a file.
    #[error("cannot {action}: {reason}")]
    Io { action: String, reason: String },

    /// Others may read or change a file that must be private.
    #[error("{} {problem}", quoted(.path.display()))]
    UnsafeFile { path: PathBuf, problem: &'static str },

    /// The key file does not contain the key that sealed the passwords of the database.
    #[error("{} contains another key ({found}) than the passwords of the database ({expected})", quoted(.path.display()))]
    OtherKey { path: PathBuf, found: KeyFingerprint, expected: KeyFingerprint },

    /// The new file cannot be given to the owner and group of the file that it would replace.
    #[error("{} belongs to another user or group, and a new file cannot be given to them", quoted(.path.display()))]
    OwnerNotKept { path: PathBuf },

    /// Something other than a file has the name of a lock.
    #[error("the lock file {} {problem}", quoted(.path.display()))]
    LockFile { path: PathBuf, problem: &'static str },

    /// A secret cannot be decrypted, or the key file does not contain a key.
    #[error("{0}")]
    Secret(String),

    /// An email cannot be written or sent because something is not set up as it must be.
    #[error("{0}")]
    Email(String),

    /// The program contradicts itself.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    /// A file operation that failed; `action` finishes "cannot ...".
    pub fn io(action: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::Io { action: action.to_string(), reason: error.to_string() }
    }

    /// A message that an earlier import has with another value of a field.
    pub fn contradiction(message: &Message, field: &'static str, import_id: i64) -> Self {
        Self::Contradiction { id: message.id.clone(), field, before: format!("by import {import_id}") }
    }

    /// A message that cannot be charged.
    pub(crate) fn unpriced(account: String, message: &Message) -> Self {
        let at = Timestamp::from_second(RatedMessage::of(message).second).unwrap_or_default();
        Self::Unpriced { account, destination: message.destination.to_string(), at: Time::from_timestamp(at) }
    }

    /// The same, when the operation was to archive it.
    pub(crate) fn when_archiving(self) -> Self {
        match self {
            Self::Archived { entity, name, .. } => Self::Archived { entity, name, again: true },
            other => other,
        }
    }

    /// Whether it says something of one request, so that the next one may fare better.
    pub fn is_about_one_request(&self) -> bool {
        matches!(
            self,
            Self::NotFound { .. }
                | Self::AccountOfCustomer { .. }
                | Self::Exists { .. }
                | Self::Differs { .. }
                | Self::Fixed { .. }
                | Self::Input { .. }
                | Self::Ambiguous { .. }
                | Self::KeyConflict { .. }
                | Self::RepriceConflict { .. }
                | Self::PlanOrAccount { .. }
                | Self::PastPrice { .. }
                | Self::Pruned { .. }
                | Self::Reserved { .. }
                | Self::Archived { .. }
                | Self::InsufficientBalance { .. }
                | Self::Overflow { .. }
                | Self::GracePeriod { .. }
                | Self::NoPrice { .. }
                | Self::SharedPlan { .. }
                | Self::TaxUndecided { .. }
                | Self::Refused(_)
                | Self::Invalid { .. }
        )
    }

    /// A value that breaks its rule.
    pub fn invalid(field: &'static str, value: impl fmt::Display, rule: Invalid) -> Self {
        Self::Invalid { field, value: value.to_string(), rule }
    }
}

/// What is wrong at a place of a file. Lines and columns count from 1; columns count characters.
#[derive(Debug)]
pub struct Fault {
    pub line: u64,
    pub column: u64,
    pub error: Box<Error>,
    /// Whether nothing after it can be read.
    pub ends_file: bool,
}

impl Fault {
    /// A fault of one row, after which the next may be read.
    pub fn of_row(line: u64, column: u64, error: Error) -> Self {
        Self { line, column, error: Box::new(error), ends_file: false }
    }

    /// A fault after which nothing can be read.
    pub fn of_file(line: u64, column: u64, code: InputError, message: impl Into<String>) -> Self {
        let error = Error::Input { code, message: message.into() };
        Self { line, column, error: Box::new(error), ends_file: true }
    }
}

/// What is wrong with a file: the first faults in full, and how many there are.
#[derive(Debug, Default)]
pub struct Faults {
    pub first: Vec<Fault>,
    pub count: u64,
    /// How many rows name a thing that does not exist, for each such fault in `first`.
    pub repeats: Vec<(EntityKind, String, u64)>,
}

impl Faults {
    /// The number of faults that are reported in full.
    pub const REPORTED: usize = 20;

    /// Notes a fault; says whether reading can go on after it. Rows that name the same missing thing are one fault.
    pub fn add(&mut self, fault: Fault) -> bool {
        let goes_on = !fault.ends_file;
        self.count += 1;
        if self.repeats_another(&fault) {
            return goes_on;
        }
        if !self.are_enough() {
            if let Error::NotFound { entity, name, .. } = &*fault.error {
                self.repeats.push((*entity, name.clone(), 1));
            }
            self.first.push(fault);
        }
        goes_on
    }

    /// Counts a fault that names the same missing thing as an earlier one.
    fn repeats_another(&mut self, fault: &Fault) -> bool {
        let Error::NotFound { entity, name, .. } = &*fault.error else { return false };
        let known = self.repeats.iter_mut().find(|(other, missing, _)| (other, missing) == (entity, name));
        known.map(|(_, _, rows)| *rows += 1).is_some()
    }

    /// The number of rows with the same fault.
    pub fn rows_of(&self, fault: &Fault) -> u64 {
        let Error::NotFound { entity, name, .. } = &*fault.error else { return 1 };
        let known = self.repeats.iter().find(|(other, missing, _)| (other, missing) == (entity, name));
        known.map_or(1, |(_, _, rows)| *rows)
    }

    /// Whether further faults are only counted.
    pub fn are_enough(&self) -> bool {
        self.first.len() >= Self::REPORTED
    }

    /// Adds other faults of the same file.
    pub fn add_all(&mut self, others: Self) {
        let count = self.count + others.count;
        for fault in others.first {
            self.add(fault);
        }
        self.count = count;
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// What was read of the file, if nothing is wrong with it.
    pub fn unless_any<T>(self, read: T) -> Result<T, Self> {
        if self.is_empty() { Ok(read) } else { Err(self) }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        let mut faults = Self::default();
        faults.add(fault);
        faults
    }
}

fn seconds(duration: &Duration) -> String {
    count(duration.as_secs(), "second")
}

/// A count with what it counts: `1 error`, `2 errors`.
pub fn count(number: u64, entity: &str) -> String {
    format!("{number} {entity}{}", if number == 1 { "" } else { "s" })
}
