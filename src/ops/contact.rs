//! Contacts: adds, edits and removes the contacts of a customer.

use crate::error::Result;
use crate::model::{Change, Contact, ContactDetails, EntityKind};
use crate::ops::{active, readdress};
use crate::store::Tx;

/// Adds a contact to a customer.
pub fn add(tx: &mut Tx<'_>, customer: &str, details: ContactDetails) -> Result<Contact> {
    let customer = active::customer(tx, customer)?;
    let contact = tx.insert_contact(&customer, details)?;
    tx.record(&change("add", &contact).between(None, Some(&contact.details)))?;
    Ok(contact)
}

/// Edits a contact, given by ID or email. An edit that changes nothing is not recorded.
pub fn edit(tx: &mut Tx<'_>, customer: &str, name: &str, edit: impl FnOnce(&mut ContactDetails)) -> Result<Contact> {
    let mut contact = tx.contact(&active::customer(tx, customer)?, name)?;
    let before = contact.details.clone();
    edit(&mut contact.details);
    let change = change("edit", &contact).between(Some(&before), Some(&contact.details));
    if !change.is_empty() {
        contact.updated_at = tx.at();
        tx.update_contact(&contact)?;
        tx.record(&change)?;
        let (old, new) = (before.email.as_ref(), contact.details.email.as_ref());
        readdress::to_changed_contact(tx, contact.customer_id, old, new)?;
    }
    Ok(contact)
}

/// Removes a contact. The audit log keeps its details.
pub fn remove(tx: &mut Tx<'_>, customer: &str, name: &str) -> Result<Contact> {
    let contact = tx.contact(&active::customer(tx, customer)?, name)?;
    tx.remove_contact(contact.id)?;
    tx.record(&change("remove", &contact).between(Some(&contact.details), None))?;
    Ok(contact)
}

/// Brings back a contact that was removed, given by ID.
pub fn restore(tx: &mut Tx<'_>, customer: &str, id: &str) -> Result<Contact> {
    let customer = active::customer(tx, customer)?;
    tx.restore_contact(&customer, id)?;
    let contact = tx.contact(&customer, id)?;
    tx.record(&change("restore", &contact).between(None, Some(&contact.details)))?;
    Ok(contact)
}

/// The audit record of a change of a contact, without fields.
pub(crate) fn change(action: &str, contact: &Contact) -> Change {
    let subject = format!("{} {}", contact.customer, contact.id);
    Change::new(EntityKind::Contact, action, subject, Some(contact.customer_id))
}
