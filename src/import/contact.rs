//! Imports files of contacts.

use std::collections::HashSet;

use crate::error::{Error, Fault};
use crate::formats::InputRow;
use crate::import::Owners;
use crate::import::{Importer, OnExisting, RowResult, Verdict};
use crate::model::{Contact, ContactDetails, EmailAddress, EntityKind, Name, Roles};
use crate::ops;
use crate::store::Tx;

/// The columns of a file of contacts; exports have the same ones.
pub const FIELDS: &[&str] = &["customer", "name", "email", "mobile", "roles"];

/// Imports files of contacts. A contact is identified by its email address, or by its name if the row has no address.
///
/// Contacts may share a name or an address, so two rows are the same contact only if all their fields are equal.
#[derive(Debug, Default)]
pub struct Contacts {
    owners: Owners,
    /// IDs of the contacts that earlier rows matched.
    matched: HashSet<i64>,
}

impl Importer for Contacts {
    const FIELDS: &'static [&'static [&'static str]] = &[FIELDS];
    const NEEDED_BY_NEW: &'static [&'static str] = &["name"];

    fn is_informational(column: &str) -> bool {
        matches!(column, "id" | "created_at" | "updated_at")
    }

    fn missing(&self, columns: &[String]) -> Vec<&'static str> {
        let has = |wanted: &str| columns.iter().any(|column| column == wanted);
        // An existing contact can be identified by its address alone.
        let is_enough = |wanted: &str| has(wanted) || (wanted == "name" && has("email"));
        ["customer", "name"].into_iter().filter(|wanted| !is_enough(wanted)).collect()
    }

    fn row(&mut self, tx: &mut Tx<'_>, row: &InputRow, on_existing: OnExisting) -> Result<RowResult, Fault> {
        let customer = self.owners.find(tx, row)?;
        let at = |error| row.fault("customer", error);
        let name: Option<Name> = row.optional("name")?;
        let email: Option<EmailAddress> = row.optional("email")?;
        let known = tx.contacts_of(&customer).map_err(at)?;
        let (done, id) = match self.find(row, known, name.as_ref(), email.as_ref())? {
            ContactMatch::Equal(contact) => (RowResult::unchanged(contact.id), contact.id),
            ContactMatch::Different(contact) => (change(tx, row, on_existing, &contact)?, contact.id),
            ContactMatch::None => {
                let name = row.required("name")?;
                let mut details = ContactDetails { name, email: None, mobile: None, roles: Roles::default() };
                read_details(row, &mut details, true)?;
                let contact = ops::contact::add(tx, customer.account_code.as_str(), details).map_err(at)?;
                let changes = ops::contact::change("add", &contact).between(None, Some(&contact.details)).fields;
                (RowResult { verdict: Verdict::New, name: contact.id.to_string(), changes }, contact.id)
            }
        };
        self.matched.insert(id);
        Ok(done)
    }
}

/// The stored contact that a row matches.
enum ContactMatch {
    Equal(Contact),
    Different(Contact),
    None,
}

impl Contacts {
    fn find(
        &self,
        row: &InputRow,
        mut known: Vec<Contact>,
        name: Option<&Name>,
        email: Option<&EmailAddress>,
    ) -> Result<ContactMatch, Fault> {
        known.retain(|contact| has_identity(contact, name, email));
        // Among identical contacts, prefer one that no earlier row has matched.
        known.sort_by_key(|contact| self.matched.contains(&contact.id));
        for index in 0..known.len() {
            if equals(row, &known[index].details)? {
                return Ok(ContactMatch::Equal(known.swap_remove(index)));
            }
        }
        known.retain(|contact| !self.matched.contains(&contact.id));
        if known.len() > 1 && known.iter().any(|contact| Some(&contact.details.name) == name) {
            known.retain(|contact| Some(&contact.details.name) == name);
        }
        if known.len() > 1 {
            let name = name.map(Name::as_str).or(email.map(EmailAddress::as_str)).unwrap_or_default().to_owned();
            let matches = known.iter().map(|contact| contact.id.to_string()).collect();
            return Err(row.fault("name", Error::Ambiguous { entity: EntityKind::Contact, name, matches }));
        }
        Ok(known.pop().map_or(ContactMatch::None, ContactMatch::Different))
    }
}

/// Whether a row equals a stored contact.
fn equals(row: &InputRow, known: &ContactDetails) -> Result<bool, Fault> {
    let mut row_details = known.clone();
    row.set_needed("name", &mut row_details.name)?;
    read_details(row, &mut row_details, true)?;
    Ok(row_details == *known)
}

fn has_identity(contact: &Contact, name: Option<&Name>, email: Option<&EmailAddress>) -> bool {
    match (email, &contact.details.email) {
        (Some(email), Some(known)) => known.as_str().eq_ignore_ascii_case(email.as_str()),
        _ => Some(&contact.details.name) == name,
    }
}

/// Updates an existing contact with the fields of a row.
fn change(tx: &mut Tx<'_>, row: &InputRow, on_existing: OnExisting, contact: &Contact) -> Result<RowResult, Fault> {
    let mut details = contact.details.clone();
    row.set_needed("name", &mut details.name)?;
    read_details(row, &mut details, on_existing.empty_unsets)?;
    if details == contact.details {
        return Ok(RowResult::unchanged(contact.id));
    }
    let changes = ops::contact::change("edit", contact).between(Some(&contact.details), Some(&details)).fields;
    let at = |error| row.fault("customer", error);
    if !on_existing.update {
        let name = format!("{} {}", contact.customer, contact.details.name);
        let differs = changes.names();
        return Err(at(Error::Differs { entity: EntityKind::Contact, name, differs }));
    }
    let (customer, id) = (contact.customer.as_str(), contact.id.to_string());
    ops::contact::edit(tx, customer, &id, |before| *before = details).map_err(at)?;
    Ok(RowResult { verdict: Verdict::Changed, name: id, changes })
}

fn read_details(row: &InputRow, details: &mut ContactDetails, empty_unsets: bool) -> Result<(), Fault> {
    row.set("email", &mut details.email, empty_unsets)?;
    row.set("mobile", &mut details.mobile, empty_unsets)?;
    match row.optional("roles")? {
        Some(roles) => details.roles = roles,
        None if empty_unsets && row.has("roles") => details.roles = Roles::default(),
        None => {}
    }
    Ok(())
}
