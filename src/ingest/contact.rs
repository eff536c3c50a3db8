//! Files of people at customers.

use crate::error::{Error, Fault};
use crate::ingest::import::{Done, Importer, Manner, Verdict};
use crate::ingest::{Owners, Row};
use crate::model::{Contact, ContactDetails, EmailAddress, Name, Noun, Roles};
use crate::ops;
use crate::store::Tx;

/// The columns of a file of people, which are those of an export too.
pub const FIELDS: &[&str] = &["customer", "name", "email", "mobile", "roles"];

/// What reads files of people. Somebody is known by the email address, or by the name where the row has none.
#[derive(Debug, Default)]
pub struct Contacts {
    owners: Owners,
}

impl Importer for Contacts {
    fn reads(column: &str) -> bool {
        FIELDS.contains(&column)
    }

    fn is_told(column: &str) -> bool {
        matches!(column, "id" | "created_at" | "updated_at")
    }

    fn missing(&self, columns: &[String]) -> Vec<&'static str> {
        let has = |wanted: &str| columns.iter().any(|column| column == wanted);
        // Somebody who is there already can be known by the address alone.
        let is_enough = |wanted: &str| has(wanted) || (wanted == "name" && has("email"));
        ["customer", "name"].into_iter().filter(|wanted| !is_enough(wanted)).collect()
    }

    fn row(&mut self, tx: &mut Tx<'_>, row: &Row, manner: Manner) -> Result<Done, Fault> {
        let customer = self.owners.find(tx, row)?;
        let at = |error| row.fault("customer", error);
        let name: Option<Name> = row.optional("name")?;
        let email: Option<EmailAddress> = row.optional("email")?;
        let known = tx.contacts_of(&customer).map_err(at)?;
        let mut found: Vec<Contact> =
            known.into_iter().filter(|contact| is_meant(contact, name.as_ref(), email.as_ref())).collect();
        match found.len() {
            1 => change(tx, row, manner, found.remove(0)),
            0 => {
                let name = row.required("name")?;
                let mut details = ContactDetails { name, email: None, mobile: None, roles: Roles::default() };
                read_details(row, &mut details, true)?;
                let contact = ops::contact::add(tx, customer.account_code.as_str(), details).map_err(at)?;
                let changes = ops::contact::change("add", &contact).between(None, Some(&contact.details)).fields;
                Ok(Done { verdict: Verdict::New, name: contact.id.to_string(), changes })
            }
            _ => {
                let name = name.as_ref().map(Name::as_str).or(email.as_ref().map(EmailAddress::as_str));
                let matches = found.iter().map(|contact| contact.id.to_string()).collect();
                let name = name.unwrap_or_default().to_owned();
                Err(row.fault("name", Error::Ambiguous { noun: Noun::Contact, name, matches }))
            }
        }
    }
}

fn is_meant(contact: &Contact, name: Option<&Name>, email: Option<&EmailAddress>) -> bool {
    match (email, &contact.details.email) {
        (Some(email), Some(known)) => known.as_str().eq_ignore_ascii_case(email.as_str()),
        _ => Some(&contact.details.name) == name,
    }
}

/// Makes somebody who is there what a row says.
fn change(tx: &mut Tx<'_>, row: &Row, manner: Manner, contact: Contact) -> Result<Done, Fault> {
    let mut details = contact.details.clone();
    row.set_needed("name", &mut details.name)?;
    read_details(row, &mut details, manner.empty_unsets)?;
    if details == contact.details {
        return Ok(Done::nothing(contact.id));
    }
    let changes = ops::contact::change("edit", &contact).between(Some(&contact.details), Some(&details)).fields;
    let at = |error| row.fault("customer", error);
    if !manner.update {
        let name = format!("{} {}", contact.customer, contact.details.name);
        let differs = changes.names();
        return Err(at(Error::Differs { noun: Noun::Contact, name, differs }));
    }
    let (customer, id) = (contact.customer.as_str(), contact.id.to_string());
    ops::contact::edit(tx, customer, &id, |before| *before = details).map_err(at)?;
    Ok(Done { verdict: Verdict::Changed, name: id, changes })
}

fn read_details(row: &Row, details: &mut ContactDetails, empty_unsets: bool) -> Result<(), Fault> {
    row.set("email", &mut details.email, empty_unsets)?;
    row.set("mobile", &mut details.mobile, empty_unsets)?;
    match row.optional("roles")? {
        Some(roles) => details.roles = roles,
        None if empty_unsets && row.has("roles") => details.roles = Roles::default(),
        None => {}
    }
    Ok(())
}
