//! The self-check of a database: it finds what SQLite's own constraints cannot express, and changes made without ssgctl.
//!
//! One file per subject; each adds a sentence to the [`CheckReport`] for every fault. A subject that cannot be read at all is
//! one finding, and the check goes on with the next. `ssgctl db check` prints the report.

mod accruals;
mod addresses;
mod archiving;
mod audit;
mod balances;
mod billed_usage;
mod imports;
mod invoice_emails;
mod invoice_events;
mod invoices;
mod ledger;
mod new_part;
mod outbox;
mod prices;
mod receivables;
mod references;
mod reprices;
mod reserved;
mod smpp;
mod traffic;
mod warnings;

use crate::error::Result;
use crate::store::Snapshot;

pub(in crate::store::sqlite) use new_part::NewPart;

/// What a check found, in the order in which it looked.
#[derive(Debug, Default)]
pub struct CheckReport {
    /// Faults; each is a sentence that names the thing at fault.
    pub findings: Vec<String>,
    /// What is not a fault of the data and may still explain something, such as a clock that was set back.
    pub warnings: Vec<String>,
}

impl CheckReport {
    pub(in crate::store::sqlite) fn add(&mut self, finding: impl Into<String>) {
        self.findings.push(finding.into());
    }

    /// Checks one subject. If it cannot be read, the reason is a finding.
    fn subject(&mut self, name: &str, check: impl FnOnce(&mut Self) -> Result<()>) {
        if let Err(error) = check(self) {
            self.add(format!("{name}: {error}"));
        }
    }
}

impl Snapshot<'_> {
    /// Checks the whole database.
    ///
    /// - pages, indexes and foreign keys
    /// - every value against the rule of its type
    /// - the ledger: numbers, sums and hash chain
    /// - accrued charges: numbers, hash chain, and the entries that posted them
    /// - the places where the clock was set back
    /// - balances against their entries, their accrued charges and the audit log
    /// - SMPP accounts: closed user groups, previous passwords, and archiving with their customer
    /// - plans and prices: their sequence and their units
    /// - warnings against the audit log, crossings against the ledger, and emails against both
    /// - email addresses that cannot be sent to, which are warnings
    /// - traffic: messages against their sums, the charges of imports against messages and ledger, and what is reserved
    /// - receivables: numbers, sums and hash chain, and that nothing is allocated twice
    /// - invoices: series without holes, issued copies against their hashes, the entries that they posted, and their emails
    /// - invoices and fees against the audit log, and what invoices bill of usage against charges and traffic
    pub fn check(&self) -> CheckReport {
        let mut report = CheckReport::default();
        report.subject("pages", |report| self.check_pages(report));
        report.subject("references", |report| self.check_references(report));
        self.check_rows(&mut report);
        let all = NewPart::default();
        self.check_logs(&all, &mut report);
        self.check_configuration(&mut report);
        report.subject("warnings", |report| {
            self.check_warnings(report)?;
            self.check_emails(report)
        });
        // What cannot be read was found above.
        let _ = self.check_addresses(&mut report);
        report.subject("traffic", |report| self.check_traffic(&all, report));
        self.check_billing(&mut report);
        report
    }

    /// Checks the books alone: ledger, accrued charges, audit log and balances, receivables and invoices.
    pub fn check_books(&self) -> CheckReport {
        let mut report = CheckReport::default();
        self.check_logs(&NewPart::default(), &mut report);
        self.check_billing(&mut report);
        report
    }

    /// Checks entries, accrued charges and events, and balances against them.
    fn check_logs(&self, part: &NewPart, report: &mut CheckReport) {
        report.subject("ledger", |report| self.check_ledger(part, report));
        report.subject("accrued charges", |report| self.check_accruals(part, report));
        report.subject("audit log", |report| self.check_events(part, report));
        report.subject("clock", |report| self.check_set_back(part, report));
        report.subject("balances", |report| self.check_balances(part, report));
    }

    /// Checks invoices and what is owed, which are few.
    fn check_billing(&self, report: &mut CheckReport) {
        report.subject("receivables", |report| self.check_receivables(report));
        report.subject("invoices", |report| {
            self.check_invoices(report)?;
            self.check_invoice_events(report)?;
            self.check_billed_usage(report)
        });
        report.subject("emails of invoices", |report| self.check_invoice_emails(report));
    }

    /// Checks what is entered by hand, and so is little.
    fn check_configuration(&self, report: &mut CheckReport) {
        report.subject("closed user groups", |_| self.check_cug_numbers());
        report.subject("previous passwords", |report| self.check_previous_passwords(report));
        report.subject("archiving", |report| self.check_archiving(report));
        report.subject("prices", |report| self.check_prices(report));
    }
}
