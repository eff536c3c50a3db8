//! A store in a folder of its own with a clock that stands still, and customers and accounts in one line each.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::str::FromStr;
use std::time::Duration;

use proptest::test_runner::{Config as ProptestConfig, FileFailurePersistence};
use rusqlite::Connection;
use rusqlite::types::Value;
use ssgctl::Result;
use ssgctl::model::{
    Accrual, Balance, Customer, CustomerDetails, EmailTemplate, Entry, Event, Money, Origin, OutboxEmail, PlanBasis,
    PlanCode, PlanDetails, RenderedEmail, Sender, SmppAccount, SmppDetails, Unit,
};
use ssgctl::ops::balance::{Adjustment, Receipt, Reversal, Transfer};
use ssgctl::ops::plan::NewPlan;
use ssgctl::ops::service::{NewService, ServiceChange};
use ssgctl::ops::smpp::{Credentials, NewAccount};
use ssgctl::ops::{balance, customer, outbox, smpp};
use ssgctl::store::vault::Vault;
use ssgctl::store::{
    ArchiveFilter, Clock, CustomerFilter, CustomerSort, EntryFilter, EventFilter, Location, OutboxFilter, Page,
    Snapshot, Store, Tx,
};
use tempfile::TempDir;

/// When every fixture begins.
pub const NOON: &str = "2026-11-24T12:00:00Z";

/// Asserts that a result is an error of a pattern, and shows what it is instead.
macro_rules! assert_refused {
    ($result:expr, $pattern:pat $(if $guard:expr)?) => {{
        let result = $result;
        assert!(matches!(&result, Err($pattern) $(if $guard)?), "{result:?}");
    }};
}
pub(crate) use assert_refused;

/// How a property is tested: with this many cases, and with the seeds of earlier failures, which stand next to its source file.
pub fn cases(count: u32) -> ProptestConfig {
    let seeds = FileFailurePersistence::WithSource("regressions");
    ProptestConfig { failure_persistence: Some(Box::new(seeds)), ..ProptestConfig::with_cases(count) }
}

/// A value of a text that follows its rule.
pub fn valid<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect(text)
}

/// Who writes in a fixture.
pub fn origin() -> Origin {
    Origin {
        actor: valid("jo"),
        uid: 1000,
        sudo_user: None,
        reason: Some(valid("ticket 4711")),
        command: "fixture".to_owned(),
        version: "0.0.0".to_owned(),
    }
}

/// A temporary database and the key of its passwords.
pub struct Fixture {
    pub folder: TempDir,
    pub store: Store,
    pub vault: Rc<Vault>,
    pub origin: Origin,
}

impl Fixture {
    /// An empty database at noon.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let vault = Rc::new(Vault::open_or_create(&folder.path().join("key")).expect("vault"));
        let store = open(&location(&folder), NOON).expect("store");
        Self { folder, store, vault, origin: origin() }
    }

    /// A database with the customer ACME.
    pub fn with_acme() -> Self {
        let mut fixture = Self::new();
        fixture.customer("ACME");
        fixture
    }

    /// Where the database lies.
    pub fn path(&self) -> PathBuf {
        location(&self.folder).path
    }

    /// Moves the clock.
    pub fn at(&mut self, time: &str) -> &mut Self {
        self.store = self.another_store(time);
        self
    }

    /// The same database opened once more, as another process would.
    pub fn another_store(&self, time: &str) -> Store {
        open(&location(&self.folder), time).expect("store")
    }

    /// The database behind the program's back.
    pub fn raw(&self) -> Connection {
        Connection::open(self.path()).expect("connection")
    }

    /// Runs an operation: commits if it succeeds, drops the transaction if it fails.
    pub fn write<T>(&mut self, operation: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let mut tx = self.store.write(&self.origin)?;
        smpp::delete_lapsed_passwords(&mut tx)?;
        let done = operation(&mut tx)?;
        tx.commit()?;
        Ok(done)
    }

    /// Asks something of the database as it is now.
    pub fn read<T>(&mut self, ask: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> T {
        ask(&self.store.read().expect("snapshot")).expect("answer")
    }

    /// Makes a customer whose organisation is named as its code.
    pub fn customer(&mut self, code: &str) -> Customer {
        let details = CustomerDetails::of(valid(code));
        self.write(|tx| customer::new(tx, Some(valid(code)), details)).expect("customer")
    }

    /// Gives a customer an SMPP account.
    pub fn account(&mut self, customer: &str, system_id: &str) -> SmppAccount {
        self.add_account(customer, new_account(system_id)).expect("account").account
    }

    /// Gives a customer an SMPP account, if the rules allow it.
    pub fn add_account(&mut self, customer: &str, new: NewAccount) -> Result<Credentials> {
        let vault = Rc::clone(&self.vault);
        self.write(|tx| smpp::add(tx, &vault, customer, new))
    }

    /// Asks for the password of an account.
    pub fn reveal(&mut self, account: &str) -> Result<Credentials> {
        let vault = Rc::clone(&self.vault);
        self.write(|tx| smpp::reveal(tx, &vault, account))
    }

    /// Adds to a customer's balance, or takes from it.
    pub fn adjust(&mut self, customer: &str, adjustment: &Adjustment) -> Result<Receipt> {
        self.write(|tx| balance::adjust(tx, customer, adjustment))
    }

    /// Gives a customer SMS credits.
    pub fn credit(&mut self, customer: &str, amount: &str) -> Entry {
        self.adjust(customer, &adjustment(amount)).expect("credited").entry
    }

    /// What a customer has in a unit.
    pub fn balance(&mut self, customer: &str, unit: Unit) -> Option<Balance> {
        self.read(|now| now.balance(&now.customer(customer)?, unit))
    }

    /// How many SMS credits a customer has.
    pub fn credits(&mut self, customer: &str) -> Money {
        self.balance(customer, Unit::Sms).map_or(Money::ZERO, |balance| balance.balance)
    }

    /// The whole audit log.
    pub fn events(&mut self) -> Vec<Event> {
        self.read(|now| collect(|each| now.events(&EventFilter::default(), each)))
    }

    /// The newest event.
    pub fn last_event(&mut self) -> Event {
        self.events().pop().expect("an event")
    }

    /// The whole ledger.
    pub fn entries(&mut self) -> Vec<Entry> {
        self.read(|now| collect(|each| now.entries(&EntryFilter::default(), each)))
    }

    /// The last time that charges accrued.
    pub fn last_accrual(&mut self) -> Option<Accrual> {
        self.store.read().expect("snapshot").last_accrual().expect("answer")
    }

    /// Every email, oldest first.
    pub fn emails(&mut self) -> Vec<OutboxEmail> {
        self.read(|now| now.emails_of(&OutboxFilter::default()))
    }

    /// What the self-examination finds.
    pub fn findings(&mut self) -> Vec<String> {
        self.read(|now| Ok(now.check().findings))
    }

    /// Every row of every table.
    pub fn dump(&self) -> BTreeMap<String, Vec<String>> {
        dump(&self.raw())
    }
}

/// Every row of every table of a database.
pub fn dump(connection: &Connection) -> BTreeMap<String, Vec<String>> {
    let rows = |sql: &str| -> Vec<Vec<Value>> {
        let mut statement = connection.prepare(sql).expect(sql);
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).expect(sql);
        rows.collect::<rusqlite::Result<_>>().expect(sql)
    };
    rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .into_iter()
        .map(|name| {
            let Value::Text(name) = &name[0] else { unreachable!("a table has a name") };
            let lines = rows(&format!("SELECT * FROM {name}")).iter().map(|row| format!("{row:?}")).collect();
            (name.clone(), lines)
        })
        .collect()
}

/// An email from a template, with placeholder texts.
pub fn plain_email(kind: EmailTemplate) -> RenderedEmail {
    let sender = Sender { name: valid("Billing"), address: valid("billing@example.com"), reply_to: None };
    let (text, html) = ("Text.\n".to_owned(), "<p>Text.</p>".to_owned());
    RenderedEmail { template: kind, sender, subject: kind.to_string(), text, html, password_of: None }
}

/// A place for a database in a folder.
pub fn location(folder: &TempDir) -> Location {
    Location { path: folder.path().join("test.db"), create: true, wait: Duration::from_secs(30) }
}

/// Opens a database whose clock stands at a time.
pub fn open(location: &Location, time: &str) -> Result<Store> {
    Store::open(location, Clock::Fixed(valid(time)))
}

/// Everything that a list hands out.
pub fn collect<T>(list: impl FnOnce(&mut dyn FnMut(T) -> Result<()>) -> Result<()>) -> Result<Vec<T>> {
    let mut items = Vec::new();
    list(&mut |item| {
        items.push(item);
        Ok(())
    })?;
    Ok(items)
}

/// A whole list in the order of a column.
pub fn by<S>(sort: S) -> Page<S> {
    Page { sort, descending: false, limit: None }
}

/// Every customer, archived ones included, by account code.
pub fn every_customer() -> CustomerFilter {
    CustomerFilter {
        archive_filter: ArchiveFilter::All,
        country: None,
        search: None,
        page: by(CustomerSort::AccountCode),
    }
}

/// A new account of the standard service under a system ID.
pub fn new_account(system_id: &str) -> NewAccount {
    let details = SmppDetails::of(valid("standard"));
    NewAccount { system_id: Some(valid(system_id)), password: None, details, cug: Vec::new() }
}

/// A new plan that charges messages when they are accepted.
pub fn new_plan(code: PlanCode, unit: Unit, details: PlanDetails, default_price: Option<Money>) -> NewPlan {
    NewPlan { code, unit, basis: PlanBasis::Submit, details, default_price }
}

/// A new service with one price.
pub fn new_service(code: &str, unit: &str, price: &str) -> NewService {
    NewService::at_price(valid(code), valid(code), valid(unit), valid(price))
}

/// Another default price of a service from now on.
pub fn at_price(price: &str) -> ServiceChange {
    ServiceChange::of_price(valid(price))
}

/// A change of an account's details that nothing can be wrong with.
pub fn set(change: impl FnOnce(&mut SmppDetails)) -> impl FnOnce(&mut SmppDetails) -> Result<()> {
    |details| {
        change(details);
        Ok(())
    }
}

/// A change of the only balance.
pub fn adjustment(amount: &str) -> Adjustment {
    Adjustment {
        unit: None,
        amount: valid(amount),
        description: valid("top-up"),
        reference: None,
        key: None,
        allow_negative: false,
    }
}

/// A change of the balance in a unit.
pub fn adjustment_in(unit: &str, amount: &str) -> Adjustment {
    Adjustment { unit: Some(valid(unit)), ..adjustment(amount) }
}

/// A change of the only balance under a key.
pub fn keyed(key: &str, amount: &str) -> Adjustment {
    Adjustment { key: Some(valid(key)), ..adjustment(amount) }
}

/// The undoing of an entry.
pub fn reversal(entry: i64) -> Reversal {
    Reversal { entry, description: valid("top-up"), reference: None, key: None, allow_negative: false }
}

/// A move between two customers' only balances.
pub fn transfer(amount: &str) -> Transfer {
    Transfer {
        unit: None,
        amount: valid(amount),
        description: valid("top-up"),
        reference: None,
        key: None,
        allow_negative: false,
    }
}

/// Claims emails that are due, as a dispatch does one by one.
pub fn claim(tx: &mut Tx<'_>, limit: usize) -> Result<Vec<OutboxEmail>> {
    let mut claimed = Vec::new();
    while claimed.len() < limit
        && let Some(email) = outbox::next_due(tx)?
    {
        claimed.push(outbox::claim_one(tx, email)?);
    }
    Ok(claimed)
}
