//! The self-examination of a database: what its own rules cannot see, or somebody did behind the program's back.

mod smpp;
mod traffic;
mod warnings;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::model::{EntityKind, Entry, EntryKind, Hash, Money, Time, Unit};
use crate::store::sqlite::ledger::chain;
use crate::store::sqlite::ledger::chain::GENESIS;
use crate::store::{
    ArchiveFilter, BalanceFilter, BalanceSort, ContactFilter, ContactSort, CustomerFilter, CustomerSort, EntryFilter,
    EventFilter, NoteFilter, NoteSort, Page, ServiceFilter, ServiceSort, SmppFilter, SmppSort, Snapshot,
};

/// Everything that a check found, in the order in which it looked.
#[derive(Debug, Default)]
pub struct CheckReport {
    /// Each finding is a sentence that names the thing at fault.
    pub findings: Vec<String>,
    /// What is no fault of the data and may explain something all the same, such as a clock that was set back.
    pub warnings: Vec<String>,
}

impl CheckReport {
    pub(in crate::store::sqlite) fn add(&mut self, finding: impl Into<String>) {
        self.findings.push(finding.into());
    }

    /// Notes the reason why a part could not be read at all, and lets the check go on with the next part.
    fn part(&mut self, part: &str, outcome: Result<()>) {
        if let Err(error) = outcome {
            self.add(format!("{part}: {error}"));
        }
    }
}

impl Snapshot<'_> {
    /// Examines the whole database: pages and indexes, foreign keys, every row against the rules of its values, the
    /// ledger's numbers, times, sums and hash chain, balances against entries and audit log, archiving, warnings
    /// against the audit log, crossings against the ledger, their warnings and their emails, and traffic against its sums
    /// and charges.
    pub fn check(&self) -> CheckReport {
        let mut report = CheckReport::default();
        let outcome = self.check_pages(&mut report);
        report.part("pages", outcome);
        let outcome = self.check_references(&mut report);
        report.part("references", outcome);
        self.check_rows(&mut report);
        let outcome = self.check_ledger(&mut report);
        report.part("ledger", outcome);
        let outcome = self.check_events(&mut report);
        report.part("audit log", outcome);
        let outcome = self.check_balances(&mut report);
        report.part("balances", outcome);
        report.part("closed user groups", self.check_cug_numbers());
        let outcome = self.check_previous_passwords(&mut report);
        report.part("previous passwords", outcome);
        let outcome = self.check_archiving(&mut report);
        report.part("archiving", outcome);
        let outcome = self.check_warnings(&mut report);
        report.part("warnings", outcome);
        let outcome = self.check_traffic(&mut report);
        report.part("traffic", outcome);
        report
    }

    /// Finds out whether the ledger still holds an entry as it was when somebody wrote its number and hash down elsewhere:
    /// if not, its end was cut off or it was written anew.
    pub fn check_head(&self, id: i64, hash: Hash, report: &mut CheckReport) {
        match self.entry(id) {
            Ok(entry) if entry.hash == hash => {}
            Ok(_) => {
                report.add(format!("entry {id} has another hash than the head expected: the ledger was written anew"));
            }
            Err(Error::NotFound { .. }) => {
                report.add(format!("entry {id} is not there: the end of the ledger was cut off"));
            }
            Err(error) => report.add(format!("entry {id}: {error}")),
        }
    }

    fn check_pages(&self, report: &mut CheckReport) -> Result<()> {
        self.transaction.pragma_query(None, "integrity_check", |row| {
            let line: String = row.get(0)?;
            if line != "ok" {
                report.add(format!("pages: {}", line.replace('\n', ", ")));
            }
            Ok(())
        })?;
        Ok(())
    }

    fn check_references(&self, report: &mut CheckReport) -> Result<()> {
        self.transaction.pragma_query(None, "foreign_key_check", |row| {
            let (table, row_id, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let row_id = row_id.map_or_else(String::new, |id| format!(" {id}"));
            report.add(format!("{table}{row_id} refers to a {parent} that is not there"));
            Ok(())
        })?;
        Ok(())
    }

    /// Reads every row of every noun, which checks each value against its rule.
    fn check_rows(&self, report: &mut CheckReport) {
        let archive_filter = ArchiveFilter::All;
        let page = Page::all(CustomerSort::AccountCode);
        let customers = CustomerFilter { archive_filter, country: None, search: None, page };
        report.part("customers", self.customers(&customers, |_| Ok(())));
        let page = Page::all(ContactSort::Id);
        let contacts = ContactFilter { customer_id: None, archive_filter, role: None, search: None, page };
        report.part("contacts", self.contacts(&contacts, |_| Ok(())));
        let notes = NoteFilter { customer_id: None, archive_filter, search: None, page: Page::all(NoteSort::Id) };
        report.part("notes", self.notes(&notes, |_| Ok(())));
        let services = ServiceFilter { unit: None, search: None, page: Page::all(ServiceSort::Code) };
        report.part("services", self.services(&services, |_| Ok(())));
        let page = Page::all(SmppSort::SystemId);
        let accounts =
            SmppFilter { customer_id: None, archive_filter, service_id: None, enabled: None, search: None, page };
        report.part("SMPP accounts", self.smpp_accounts(&accounts, |_| Ok(())));
    }

    fn check_ledger(&self, report: &mut CheckReport) -> Result<()> {
        let mut walk = Walk { previous: None, balances: BTreeMap::new() };
        self.entries(&EntryFilter::default(), |entry| {
            self.check_reversal(&entry, report)?;
            walk.step(entry, report)
        })?;
        walk.end(report);
        self.balances(&every_balance(), |balance| {
            let sum = walk.balances.remove(&(balance.customer_id, balance.unit)).unwrap_or_default();
            if sum != balance.balance {
                report.add(format!(
                    "balance {} {} is {}, its entries add up to {}",
                    balance.customer,
                    balance.unit,
                    balance.unit.format(balance.balance),
                    balance.unit.format(sum)
                ));
            }
            Ok::<_, Error>(())
        })?;
        for (customer_id, unit) in walk.balances.keys() {
            report.add(format!("customer row {customer_id} has {unit} entries and no {unit} balance"));
        }
        // The walk reads entries with their customers: one whose customer is gone would be missed by it.
        let (count, highest): (i64, i64) =
            self.transaction.query_row("SELECT count(*), coalesce(max(id), 0) FROM entry", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        if count != highest {
            report.add(format!("the ledger has {count} entries, its last is number {highest}"));
        }
        Ok(())
    }

    /// A reversal and what it undoes, seen from both sides.
    fn check_reversal(&self, entry: &Entry, report: &mut CheckReport) -> Result<()> {
        let is_reversal = entry.posting.kind == EntryKind::Reversal;
        if is_reversal != entry.posting.reverses.is_some() {
            report
                .add(format!("entry {} is {} and reverses {:?}", entry.id, entry.posting.kind, entry.posting.reverses));
        }
        if let Some(id) = entry.posting.reverses {
            let undone = self.entry(id)?;
            let opposite = undone.posting.amount.checked_neg() == Some(entry.posting.amount);
            let same_balance = (undone.customer_id, undone.posting.unit) == (entry.customer_id, entry.posting.unit);
            if !opposite || !same_balance || undone.id >= entry.id {
                report.add(format!("entry {} does not undo entry {id}", entry.id));
            }
        }
        Ok(())
    }

    fn check_events(&self, report: &mut CheckReport) -> Result<()> {
        let mut expected = 1;
        let mut latest: Option<Time> = None;
        self.events(&EventFilter::default(), |event| {
            if event.id != expected {
                report.add(format!("event {expected} is missing"));
            }
            if latest.is_some_and(|latest| event.at < latest) {
                report.warnings.push(format!("before event {} the clock was set back", event.id));
            }
            expected = event.id + 1;
            latest = Some(event.at);
            Ok(())
        })
    }

    /// Compares balances and the end of the ledger with what the audit log tells of them.
    fn check_balances(&self, report: &mut CheckReport) -> Result<()> {
        let mut told: BTreeMap<String, PackedMessage> = BTreeMap::new();
        let mut last_entry = 0;
        self.events(&EventFilter { entity: Some(EntityKind::Balance), ..EventFilter::default() }, |event| {
            let now = |field: &str| event.change.fields.get(field).and_then(|step| step.get(1));
            if now("balance").or(now("credit_limit")).is_none() {
                // A change of the balance's warning, which leaves the balance alone.
                return Ok(());
            }
            let told = told.entry(event.change.subject.clone()).or_default();
            told.at = Some(event.at);
            if let Some(limit) = now("credit_limit").and_then(Value::as_str) {
                limit.clone_into(&mut told.credit_limit);
            }
            last_entry = last_entry.max(now("entry").and_then(Value::as_i64).unwrap_or_default());
            Ok::<_, Error>(())
        })?;
        self.balances(&every_balance(), |balance| {
            let name = balance.name();
            let told = told.remove(&name).unwrap_or_default();
            let limit = told.credit_limit.parse().unwrap_or_default();
            if told.at != Some(balance.updated_at) || balance.credit_limit != limit {
                report.add(format!("balance {name} is not as its last event in the audit log left it"));
            }
            Ok::<_, Error>(())
        })?;
        for name in told.keys() {
            report.add(format!("balance {name} is in the audit log and not in the database"));
        }
        let found: i64 = self.transaction.query_row("SELECT coalesce(max(id), 0) FROM entry", [], |row| row.get(0))?;
        if found < last_entry {
            report.add(format!("the ledger ends with entry {found}, the audit log tells of entry {last_entry}"));
        }
        Ok(())
    }

    fn check_archiving(&self, report: &mut CheckReport) -> Result<()> {
        let mut statement = self.transaction.prepare(
            "SELECT system_id, account_code FROM smpp_account JOIN customer ON customer.id = smpp_account.customer_id
             WHERE customer.archived_at IS NOT NULL AND smpp_account.archived_at IS NULL
                OR customer.archived_at IS NULL AND smpp_account.archived_with_customer",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (system_id, customer): (String, String) = (row.get(0)?, row.get(1)?);
            report.add(format!("SMPP account {system_id} is not archived as its customer {customer} is"));
        }
        Ok(())
    }
}

fn every_balance() -> BalanceFilter {
    let page = Page::all(BalanceSort::Customer);
    BalanceFilter {
        customer_id: None,
        archive_filter: ArchiveFilter::All,
        unit: None,
        at_most: None,
        state: None,
        page,
    }
}

/// What the audit log tells of a balance.
#[derive(Default)]
struct PackedMessage {
    at: Option<Time>,
    /// Empty when none was ever set.
    credit_limit: String,
}

/// A walk along the ledger that recomputes everything an entry says.
struct Walk {
    previous: Option<Entry>,
    balances: BTreeMap<(i64, Unit), Money>,
}

impl Walk {
    fn step(&mut self, entry: Entry, report: &mut CheckReport) -> Result<()> {
        let id = entry.id;
        let expected = self.previous.as_ref().map_or(1, |previous| previous.id + 1);
        if id != expected {
            report.add(format!("entry {expected} is missing"));
        }
        if self.previous.as_ref().is_some_and(|previous| entry.at < previous.at) {
            report.add(format!("entry {id} is earlier than the one before it"));
        }
        let before = self.previous.as_ref().map_or(GENESIS, |previous| previous.hash);
        if chain::hash(before, &entry)? != entry.hash {
            report.add(format!("entry {id} or the one before it is not as it was written"));
        }
        self.check_halves(&entry, report);
        let posting = &entry.posting;
        if posting.unit.check(posting.amount).is_err() {
            report.add(format!("entry {id} moves a fraction of an SMS credit"));
        }
        let balance = self.balances.entry((entry.customer_id, posting.unit)).or_default();
        match balance.checked_add(posting.amount) {
            Some(sum) if sum == entry.balance_after => {}
            _ => report.add(format!("entry {id} does not leave the balance that it states")),
        }
        *balance = entry.balance_after;
        self.previous = Some(entry);
        Ok(())
    }

    /// The two halves of a transfer stand side by side, name each other and add up to nothing.
    fn check_halves(&self, entry: &Entry, report: &mut CheckReport) {
        let expected = self.previous.as_ref().filter(|previous| previous.counterpart == Some(entry.id));
        let fits = match expected {
            Some(first) => {
                entry.counterpart == Some(first.id)
                    && entry.posting.unit == first.posting.unit
                    && entry.posting.kind == first.posting.kind
                    && entry.posting.amount.checked_neg() == Some(first.posting.amount)
            }
            None => entry.counterpart.is_none_or(|id| id == entry.id + 1),
        };
        if !fits || (entry.posting.kind == EntryKind::Transfer && entry.counterpart.is_none()) {
            report.add(format!("entry {} does not belong with its other half", entry.id));
        }
    }

    /// A first half at the end of the ledger has lost its second.
    fn end(&self, report: &mut CheckReport) {
        if let Some(last) = self.previous.as_ref().filter(|last| last.counterpart.is_some_and(|id| id > last.id)) {
            report.add(format!("entry {} has lost its other half", last.id));
        }
    }
}
