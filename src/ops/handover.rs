//! Handover of SMPP accounts to customers: gathers the details a customer needs and queues the emails that contain them.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::model::{Change, EmailAddress, EmailCause, EntityKind, Gateway, Handover, OutboxEmail, RenderedEmail, Time};
use crate::ops::{active, outbox};
use crate::store::{Snapshot, Tx};

/// The details that the customer of an account needs, as of `at`.
pub fn details(snapshot: &Snapshot<'_>, account: &str, gateway: &Gateway, at: Time) -> Result<Handover> {
    let mut account = snapshot.smpp_account(account)?;
    account.previous_password_until = account.previous_password_until.filter(|&until| until > at);
    let customer = snapshot.customer_of(account.customer_id)?;
    Ok(Handover { customer, account, gateway: gateway.clone() })
}

/// Queues an email about an account, one to each address.
///
/// # Errors
/// [`Error::Archived`] when the account or its customer is, [`Error::NoRecipient`] without an address.
pub fn queue(
    tx: &mut Tx<'_>,
    handover: &Handover,
    to: &[EmailAddress],
    content: &RenderedEmail,
) -> Result<Vec<OutboxEmail>> {
    active::customer(tx, handover.customer.account_code.as_str())?;
    let account = active::smpp_account(tx, handover.account.system_id.as_str())?;
    let to: BTreeSet<&EmailAddress> = to.iter().collect();
    if to.is_empty() {
        return Err(Error::NoRecipient { customer: handover.customer.account_code.clone(), of_invoice: false });
    }
    let addresses: Vec<&str> = to.iter().map(|address| address.as_str()).collect();
    let change =
        Change::new(EntityKind::Smpp, content.template.as_str(), &account.system_id, Some(account.customer_id))
            .field("to", (), addresses)
            .field("contains_password", (), content.password_of.is_some());
    tx.record(&change)?;
    to.into_iter().map(|to| outbox::queue(tx, Some(&handover.customer), EmailCause::Command, to, content)).collect()
}
