//! Handing SMPP accounts over to their customers: what they are told, who is told, and the emails that tell it.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::model::{
    Change, Customer, EmailAddress, EntityKind, Gateway, Handover, OutboxEmail, RenderedEmail, Role, Time,
};
use crate::ops::{customer, outbox, smpp};
use crate::store::{ArchiveFilter, ContactFilter, ContactSort, Page, Snapshot, Tx};

/// What the customer of an account is to be told at a time.
pub fn pack(snapshot: &Snapshot<'_>, account: &str, gateway: &Gateway, at: Time) -> Result<Handover> {
    let mut account = snapshot.smpp_account(account)?;
    account.previous_password_until = account.previous_password_until.filter(|&until| until > at);
    let customer = snapshot.customer_of(account.customer_id)?;
    Ok(Handover { customer, account, gateway: gateway.clone() })
}

/// Where a customer is told of its accounts: at its technical contacts, else at the first contact that has an address.
pub fn recipients(snapshot: &Snapshot<'_>, customer: &Customer) -> Result<Vec<EmailAddress>> {
    let mut technical = BTreeSet::new();
    let mut first = None;
    let filter = ContactFilter {
        customer_id: Some(customer.id),
        archive_filter: ArchiveFilter::All,
        role: None,
        search: None,
        page: Page { sort: ContactSort::Id, descending: false, limit: None },
    };
    snapshot.contacts(&filter, |contact| {
        let Some(email) = contact.details.email else { return Ok(()) };
        if contact.details.roles.iter().any(|role| role == Role::Technical) {
            technical.insert(email.clone());
        }
        first.get_or_insert(email);
        Ok::<_, Error>(())
    })?;
    Ok(if technical.is_empty() { first.into_iter().collect() } else { technical.into_iter().collect() })
}

/// Queues the email that hands an account over, once to each address.
///
/// # Errors
/// [`Error::Archived`] when the account or its customer is, [`Error::Refused`] when there is nobody to write to.
pub fn send(
    tx: &mut Tx<'_>,
    pack: &Handover,
    to: &[EmailAddress],
    content: &RenderedEmail,
) -> Result<Vec<OutboxEmail>> {
    customer::active(tx, pack.customer.account_code.as_str())?;
    let account = smpp::active(tx, pack.account.system_id.as_str())?;
    let to: BTreeSet<&EmailAddress> = to.iter().collect();
    if to.is_empty() {
        let customer = &pack.customer.account_code;
        return Err(Error::Refused(format!("no contact of {customer} has an email address")));
    }
    let addresses: Vec<&str> = to.iter().map(|address| address.as_str()).collect();
    let change = Change::new(EntityKind::Smpp, content.kind.as_str(), &account.system_id, Some(account.customer_id))
        .field("to", (), addresses)
        .field("contains_password", (), content.password_of.is_some());
    tx.record(&change)?;
    to.into_iter().map(|to| outbox::queue(tx, Some(&pack.customer), None, to, content)).collect()
}
