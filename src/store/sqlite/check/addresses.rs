//! Lists the stored email addresses to which nothing can be sent: an earlier version accepted them.

use crate::error::{Error, Result, quoted};
use crate::model::{EmailAddress, EmailState};
use crate::store::sqlite::check::CheckReport;
use crate::store::{
    ArchiveFilter, ContactFilter, ContactSort, CustomerFilter, CustomerSort, OutboxFilter, Page, Snapshot,
};

impl Snapshot<'_> {
    /// Warns of addresses of contacts, invoice emails, warning recipients and waiting emails that break a rule of today. They
    /// are no faults of the database, which `db check` reports with another exit code.
    pub(super) fn check_addresses(&self, report: &mut CheckReport) -> Result<()> {
        let warnings = &mut report.warnings;
        let mut check = |owner: &dyn Fn() -> String, addresses: &[EmailAddress]| {
            for address in addresses {
                if let Err(rule) = address.check() {
                    warnings.push(format!("{}: email cannot be sent to {}: it {rule}", owner(), quoted(address)));
                }
            }
        };
        let archive_filter = ArchiveFilter::All;
        let page = Page::all(CustomerSort::AccountCode);
        self.customers(&CustomerFilter { archive_filter, country: None, search: None, page }, |customer| {
            let owner = || format!("invoice emails of {}", customer.account_code);
            check(&owner, &customer.details.invoice_emails);
            Ok::<_, Error>(())
        })?;
        let page = Page::all(ContactSort::Id);
        let contacts = ContactFilter { customer_id: None, archive_filter, role: None, search: None, page };
        self.contacts(&contacts, |contact| {
            let owner = || format!("contact {} of {}", contact.id, contact.customer);
            check(&owner, contact.details.email.as_slice());
            Ok::<_, Error>(())
        })?;
        for warning in self.every_warning()? {
            let owner = || format!("warning of {} {}", warning.customer, warning.unit);
            check(&owner, &warning.details.to);
            check(&owner, &warning.details.internal);
        }
        let waiting = OutboxFilter { state: Some(EmailState::Pending), ..OutboxFilter::default() };
        self.emails(&waiting, |email| {
            check(&|| format!("email {}", email.id), std::slice::from_ref(&email.recipient));
            Ok::<_, Error>(())
        })
    }
}
