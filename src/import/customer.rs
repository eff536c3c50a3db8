//! Imports files of customers, with the contacts that foreign files have on the same row.

use std::collections::HashMap;

use crate::error::{Error, Fault, Result};
use crate::formats::InputRow;
use crate::import::{Importer, OnExisting, RowResult, Verdict};
use crate::model::{
    AccountCode, ApiId, Billing, Contact, ContactDetails, Customer, CustomerDetails, EmailAddress, EmailList,
    EntityKind, Msisdn, Name, Organisation, Roles, Status,
};
use crate::ops;
use crate::store::Tx;

/// The columns of a file of customers; exports have the same ones.
pub const FIELDS: &[&str] = &[
    "account_code",
    "organisation",
    "country",
    "company_reg_no",
    "phone",
    "website",
    "vat_reg_no",
    "payment_terms_days",
    "invoice_emails",
    "invoice_address",
    "billing",
    "api_id",
    "status",
];

/// The columns of the contacts on a customer's row: name, email, mobile and roles of each.
const CONTACT_COLUMNS: &[[&str; 4]] = &[
    ["contact_name", "contact_email", "contact_mobile", "contact_roles"],
    ["contact_2_name", "contact_2_email", "contact_2_mobile", "contact_2_roles"],
    ["contact_3_name", "contact_3_email", "contact_3_mobile", "contact_3_roles"],
    ["contact_4_name", "contact_4_email", "contact_4_mobile", "contact_4_roles"],
    ["contact_5_name", "contact_5_email", "contact_5_mobile", "contact_5_roles"],
    ["contact_6_name", "contact_6_email", "contact_6_mobile", "contact_6_roles"],
];

/// The column that identifies the customer of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Match {
    /// The account code, else the API ID, else the name: the first one that the row has.
    #[default]
    FirstPresent,
    AccountCode,
    ApiId,
    Organisation,
}

/// Imports files of customers.
pub struct Customers<'a> {
    pub key: Match,
    /// Sets the defaults of a new customer, for fields without a column in the file.
    pub defaults: &'a dyn Fn(&mut CustomerDetails),
    /// Runs after a new customer has been created.
    pub after_create: &'a dyn Fn(&mut Tx<'_>, &Customer) -> Result<()>,
    /// The lines of the customers that have only the name of their contact, by ID.
    pub people: HashMap<i64, u64>,
}

/// The identifying columns and the status of a row.
struct RowKeys {
    code: Option<AccountCode>,
    api_id: Option<ApiId>,
    organisation: Option<Organisation>,
    status: Option<Status>,
}

impl Importer for Customers<'_> {
    const FIELDS: &'static [&'static [&'static str]] = &[FIELDS, CONTACT_COLUMNS.as_flattened()];
    const NEEDED_BY_NEW: &'static [&'static str] = &["organisation"];

    fn is_informational(column: &str) -> bool {
        matches!(column, "created_at" | "updated_at" | "archived_at")
    }

    fn missing(&self, columns: &[String]) -> Vec<&'static str> {
        let has = |wanted: &str| columns.iter().any(|column| column == wanted);
        let wanted = match self.key {
            Match::FirstPresent if has("account_code") || has("api_id") => return Vec::new(),
            Match::FirstPresent | Match::Organisation => "organisation",
            Match::AccountCode => "account_code",
            Match::ApiId => "api_id",
        };
        if has(wanted) { Vec::new() } else { vec![wanted] }
    }

    fn row(&mut self, tx: &mut Tx<'_>, row: &InputRow, on_existing: OnExisting) -> Result<RowResult, Fault> {
        let keys = RowKeys {
            code: row.optional("account_code")?,
            api_id: row.optional("api_id")?,
            organisation: row.optional("organisation")?,
            status: row.optional("status")?,
        };
        let people = people(row)?;
        let person = keys.person(&people);
        let (outcome, id) = match self.find(tx, row, &keys)? {
            Some(customer) => {
                let id = customer.id;
                let outcome = change(tx, row, on_existing, customer, &keys, people);
                if let (Some(name), Some(line)) = (&person, self.people.get(&id)) {
                    reject_other_person(row, &outcome, name, *line)?;
                }
                (outcome?, id)
            }
            None => self.create(tx, row, keys, people)?,
        };
        if person.is_some() {
            self.people.entry(id).or_insert(row.line());
        }
        Ok(outcome)
    }
}

impl RowKeys {
    /// The name of a customer that is identified by nothing but the name of its contact.
    fn person(&self, people: &[ContactDetails]) -> Option<String> {
        let name = self.organisation.as_ref().filter(|_| self.code.is_none() && self.api_id.is_none())?.as_str();
        people.iter().any(|person| person.name.as_str() == name).then(|| name.to_owned())
    }
}

/// Rejects a row that would change the customer of an earlier row with the name of the same person: these are two people, of
/// whom one would be lost.
fn reject_other_person(row: &InputRow, outcome: &Result<RowResult, Fault>, name: &str, line: u64) -> Result<(), Fault> {
    let differs = match outcome {
        Ok(done) => done.verdict == Verdict::Changed,
        Err(fault) => matches!(*fault.error, Error::Differs { .. }),
    };
    if !differs {
        return Ok(());
    }
    let matches = [line, row.line()].map(|line| format!("the one on line {line}")).to_vec();
    let name = name.to_owned();
    Err(row.fault("organisation", Error::Ambiguous { entity: EntityKind::Customer, name, matches }))
}

impl Customers<'_> {
    /// Finds the stored customer of a row.
    fn find(&self, tx: &Tx<'_>, row: &InputRow, keys: &RowKeys) -> Result<Option<Customer>, Fault> {
        let RowKeys { code, api_id, organisation, .. } = keys;
        let (field, found) = match (self.key, code, api_id, organisation) {
            (Match::FirstPresent | Match::AccountCode, Some(code), ..) => {
                ("account_code", tx.customer_of_code(code).map(|found| found.into_iter().collect()))
            }
            (Match::FirstPresent | Match::ApiId, _, Some(id), _) => {
                ("api_id", tx.customer_of_api_id(id).map(|found| found.into_iter().collect()))
            }
            (Match::FirstPresent | Match::Organisation, _, _, Some(name)) => ("organisation", tx.customers_named(name)),
            (Match::AccountCode, ..) => return row.required::<AccountCode>("account_code").map(|_| None),
            (Match::ApiId, ..) => return row.required::<ApiId>("api_id").map(|_| None),
            _ => return row.required::<Organisation>("organisation").map(|_| None),
        };
        let mut found: Vec<Customer> = found.map_err(|error| row.fault(field, error))?;
        if let [_, _, ..] = found[..] {
            let name = organisation.as_ref().map(ToString::to_string).unwrap_or_default();
            let matches = found.iter().map(|customer| customer.account_code.to_string()).collect();
            return Err(row.fault(field, Error::Ambiguous { entity: EntityKind::Customer, name, matches }));
        }
        Ok(found.pop())
    }

    fn create(
        &self,
        tx: &mut Tx<'_>,
        row: &InputRow,
        keys: RowKeys,
        people: Vec<ContactDetails>,
    ) -> Result<(RowResult, i64), Fault> {
        let mut details = CustomerDetails::of(row.required("organisation")?);
        (self.defaults)(&mut details);
        // An empty cell in an existing column means no value, so it overrides the default.
        read_details(row, &mut details, true)?;
        let field = if keys.code.is_some() { "account_code" } else { "organisation" };
        let at = |error| row.fault(field, error);
        let (customer, change) = ops::customer::create(tx, keys.code, keys.api_id, details).map_err(at)?;
        (self.after_create)(tx, &customer).map_err(at)?;
        let code = customer.account_code.as_str();
        for person in people {
            ops::contact::add(tx, code, person).map_err(at)?;
        }
        if keys.status == Some(Status::Archived) {
            ops::customer::archive(tx, code).map_err(at)?;
        }
        Ok((RowResult { verdict: Verdict::New, name: code.to_owned(), changes: change.fields }, customer.id))
    }
}

/// Updates an existing customer with the fields of a row.
fn change(
    tx: &mut Tx<'_>,
    row: &InputRow,
    on_existing: OnExisting,
    customer: Customer,
    keys: &RowKeys,
    people: Vec<ContactDetails>,
) -> Result<RowResult, Fault> {
    reject_other_keys(row, &customer, keys)?;
    let mut details = customer.details.clone();
    row.set_needed("organisation", &mut details.organisation)?;
    read_details(row, &mut details, on_existing.empty_unsets)?;
    let at = |error| row.fault("account_code", error);
    let people = contacts_to_save(tx, &customer, people).map_err(at)?;
    let status = customer.lifecycle.status();
    let new_status = keys.status.unwrap_or(status);
    let code = customer.account_code.to_string();
    if details == customer.details && people.is_empty() && new_status == status {
        return Ok(RowResult::unchanged(code));
    }
    let mut change = ops::customer::difference(&customer, &details);
    if !people.is_empty() {
        let names: Vec<&str> = people.iter().map(|(_, person)| person.name.as_str()).collect();
        change = change.field("contacts", (), names);
    }
    if new_status != status {
        change = change.field("status", status.as_str(), new_status.as_str());
    }
    if !on_existing.update {
        let differs = change.fields.names();
        return Err(at(Error::Differs { entity: EntityKind::Customer, name: code, differs }));
    }
    if status == Status::Archived && new_status == Status::Active {
        ops::customer::unarchive(tx, &code).map_err(at)?;
    }
    if details != customer.details {
        ops::customer::replace(tx, &code, &customer.details, details).map_err(at)?;
    }
    for (contact, person) in people {
        match contact {
            Some(contact) => ops::contact::edit(tx, &code, &contact.id.to_string(), |details| *details = person),
            None => ops::contact::add(tx, &code, person),
        }
        .map_err(at)?;
    }
    if status == Status::Active && new_status == Status::Archived {
        ops::customer::archive(tx, &code).map_err(at)?;
    }
    Ok(RowResult { verdict: Verdict::Changed, name: code, changes: change.fields })
}

/// Rejects a row with another account code or API ID, because these never change.
fn reject_other_keys(row: &InputRow, customer: &Customer, keys: &RowKeys) -> Result<(), Fault> {
    let fixed = |field, value: String| {
        let name = customer.account_code.to_string();
        Err(row.fault(field, Error::Fixed { entity: EntityKind::Customer, name, field, value }))
    };
    let is_same = |code: &AccountCode| code.as_str().eq_ignore_ascii_case(customer.account_code.as_str());
    match (&keys.code, &keys.api_id) {
        (Some(code), _) if !is_same(code) => fixed("account_code", code.to_string()),
        (_, Some(id)) if *id != customer.api_id => fixed("api_id", id.to_string()),
        _ => Ok(()),
    }
}

fn read_details(row: &InputRow, details: &mut CustomerDetails, empty_unsets: bool) -> Result<(), Fault> {
    row.set("country", &mut details.country, empty_unsets)?;
    row.set("company_reg_no", &mut details.company_reg_no, empty_unsets)?;
    row.set("phone", &mut details.phone, empty_unsets)?;
    row.set("website", &mut details.website, empty_unsets)?;
    row.set("vat_reg_no", &mut details.vat_reg_no, empty_unsets)?;
    row.set("payment_terms_days", &mut details.payment_terms_days, empty_unsets)?;
    row.set("invoice_address", &mut details.invoice_address, empty_unsets)?;
    match row.optional::<Billing>("billing")? {
        Some(billing) => details.billing = billing,
        None if empty_unsets && row.has("billing") => details.billing = Billing::default(),
        None => {}
    }
    match row.optional::<EmailList>("invoice_emails")? {
        Some(emails) => details.invoice_emails = emails.0,
        None if empty_unsets && row.has("invoice_emails") => details.invoice_emails.clear(),
        None => {}
    }
    Ok(())
}

/// The contacts on a customer's row. A contact must have a name if it has an address or number.
fn people(row: &InputRow) -> Result<Vec<ContactDetails>, Fault> {
    let mut people = Vec::new();
    if !row.names().any(|name| name.starts_with("contact_")) {
        return Ok(people);
    }
    for &[name, email, mobile, roles] in CONTACT_COLUMNS {
        let email: Option<EmailAddress> = row.optional(email)?;
        let mobile: Option<Msisdn> = row.optional(mobile)?;
        let roles: Option<Roles> = row.optional(roles)?;
        let contact_name: Option<Name> = row.optional(name)?;
        match contact_name {
            Some(name) => people.push(ContactDetails { name, email, mobile, roles: roles.unwrap_or_default() }),
            None if email.is_some() || mobile.is_some() => {
                row.required::<Name>(name)?;
            }
            None => {}
        }
    }
    Ok(people)
}

/// The contacts of a row that are new or differ from the stored ones, each with its stored contact.
fn contacts_to_save(
    tx: &Tx<'_>,
    customer: &Customer,
    people: Vec<ContactDetails>,
) -> Result<Vec<(Option<Contact>, ContactDetails)>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let known = tx.contacts_of(customer)?;
    let is_known = |contact: &&Contact, person: &ContactDetails| match (&contact.details.email, &person.email) {
        (Some(known), Some(email)) => known.as_str().eq_ignore_ascii_case(email.as_str()),
        _ => contact.details.name == person.name,
    };
    let mut to_save = Vec::new();
    for mut person in people {
        let contact = known.iter().find(|contact| is_known(contact, &person)).cloned();
        if let Some(contact) = &contact {
            // Fields that the row does not have keep their values.
            person.email = person.email.or_else(|| contact.details.email.clone());
            person.mobile = person.mobile.or_else(|| contact.details.mobile.clone());
            if person.roles == Roles::default() {
                person.roles.clone_from(&contact.details.roles);
            }
        }
        if contact.as_ref().is_none_or(|contact| contact.details != person) {
            to_save.push((contact, person));
        }
    }
    Ok(to_save)
}
