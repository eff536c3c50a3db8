//! The recipients of emails about balances, prices, invoices and SMPP accounts.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::model::{Contact, Customer, EmailAddress, Role, WarningDetails};
use crate::store::{ArchiveFilter, ContactFilter, ContactSort, Page, Snapshot};

/// The recipients of a customer's low-balance warnings: the warning's own addresses, else the billing contacts, else the invoice
/// emails; none if the warning is internal only.
pub fn warning_recipients(
    snapshot: &Snapshot<'_>,
    customer: &Customer,
    details: &WarningDetails,
) -> Result<Vec<EmailAddress>> {
    if !details.notify_customer {
        return Ok(Vec::new());
    }
    if !details.to.is_empty() {
        return Ok(details.to.clone());
    }
    billing_recipients(snapshot, customer)
}

/// The recipients of emails about what a customer pays: the billing contacts, else the invoice emails.
pub fn billing_recipients(snapshot: &Snapshot<'_>, customer: &Customer) -> Result<Vec<EmailAddress>> {
    let mut billing = BTreeSet::new();
    contacts(snapshot, customer, Some(Role::Billing), |contact| billing.extend(contact.details.email))?;
    if billing.is_empty() { Ok(customer.details.invoice_emails.clone()) } else { Ok(billing.into_iter().collect()) }
}

/// The recipients of invoices and reminders: the invoice emails, else the billing contacts.
pub fn invoice_recipients(snapshot: &Snapshot<'_>, customer: &Customer) -> Result<Vec<EmailAddress>> {
    if customer.details.invoice_emails.is_empty() {
        return billing_recipients(snapshot, customer);
    }
    Ok(customer.details.invoice_emails.clone())
}

/// The operator's recipients of a customer's low-balance warnings: the warning's own addresses, else the configured ones.
pub fn internal_recipients<'a>(details: &'a WarningDetails, configured: &'a [EmailAddress]) -> &'a [EmailAddress] {
    if details.internal.is_empty() { configured } else { &details.internal }
}

/// The recipients of emails about a customer's SMPP accounts: the technical contacts, else the first contact with an address.
pub fn account_recipients(snapshot: &Snapshot<'_>, customer: &Customer) -> Result<Vec<EmailAddress>> {
    let mut technical = BTreeSet::new();
    let mut first = None;
    contacts(snapshot, customer, None, |contact| {
        let Some(email) = contact.details.email else { return };
        if contact.details.roles.iter().any(|role| role == Role::Technical) {
            technical.insert(email.clone());
        }
        first.get_or_insert(email);
    })?;
    Ok(if technical.is_empty() { first.into_iter().collect() } else { technical.into_iter().collect() })
}

fn contacts(
    snapshot: &Snapshot<'_>,
    customer: &Customer,
    role: Option<Role>,
    mut each: impl FnMut(Contact),
) -> Result<()> {
    let filter = ContactFilter {
        customer_id: Some(customer.id),
        archive_filter: ArchiveFilter::All,
        role,
        search: None,
        page: Page::all(ContactSort::Id),
    };
    snapshot.contacts(&filter, |contact| {
        each(contact);
        Ok::<_, Error>(())
    })
}
