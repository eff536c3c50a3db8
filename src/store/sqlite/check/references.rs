//! Checks pages, foreign keys and single values: what concerns every table alike.

use crate::error::Result;
use crate::store::sqlite::check::CheckReport;
use crate::store::{
    ArchiveFilter, ContactFilter, ContactSort, CustomerFilter, CustomerSort, NoteFilter, NoteSort, Page, ServiceFilter,
    ServiceSort, SmppFilter, SmppSort, Snapshot,
};

impl Snapshot<'_> {
    pub(super) fn check_pages(&self, report: &mut CheckReport) -> Result<()> {
        self.transaction.pragma_query(None, "integrity_check", |row| {
            let line: String = row.get(0)?;
            if line != "ok" {
                report.add(format!("pages: {}", line.replace('\n', ", ")));
            }
            Ok(())
        })?;
        Ok(())
    }

    pub(super) fn check_references(&self, report: &mut CheckReport) -> Result<()> {
        self.transaction.pragma_query(None, "foreign_key_check", |row| {
            let (table, row_id, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let row_id = row_id.map_or_else(String::new, |id| format!(" {id}"));
            report.add(format!("{table}{row_id} refers to a {parent} that does not exist"));
            Ok(())
        })?;
        Ok(())
    }

    /// Reads every row of every entity: reading a value checks it against the rule of its type.
    pub(super) fn check_rows(&self, report: &mut CheckReport) {
        let archive_filter = ArchiveFilter::All;
        let page = Page::all(CustomerSort::AccountCode);
        let customers = CustomerFilter { archive_filter, country: None, search: None, page };
        report.subject("customers", |_| self.customers(&customers, |_| Ok(())));
        let page = Page::all(ContactSort::Id);
        let contacts = ContactFilter { customer_id: None, archive_filter, role: None, search: None, page };
        report.subject("contacts", |_| self.contacts(&contacts, |_| Ok(())));
        let notes = NoteFilter { customer_id: None, archive_filter, search: None, page: Page::all(NoteSort::Id) };
        report.subject("notes", |_| self.notes(&notes, |_| Ok(())));
        let services = ServiceFilter { unit: None, search: None, page: Page::all(ServiceSort::Code) };
        report.subject("services", |_| self.services(&services, |_| Ok(())));
        let page = Page::all(SmppSort::SystemId);
        let accounts = SmppFilter { archive_filter, page, ..SmppFilter::every() };
        report.subject("SMPP accounts", |_| self.smpp_accounts(&accounts, |_| Ok(())));
    }
}
