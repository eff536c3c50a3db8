//! Files of customers, and of the contacts in files of other programs.

use crate::error::{Error, Fault, Result};
use crate::formats::InputRow;
use crate::import::{Done, Importer, OnExisting, Verdict};
use crate::model::{
    AccountCode, ApiId, Contact, ContactDetails, Customer, CustomerDetails, EmailAddress, EmailList, EntityKind,
    Msisdn, Name, Organisation, Roles, Status,
};
use crate::ops;
use crate::store::Tx;

/// The columns of a file of customers, which are those of an export too.
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
    "api_id",
    "status",
];

/// The columns of the contacts that a row may have: name, email, mobile and roles of each.
const PEOPLE: [[&str; 4]; 6] = [
    ["contact_name", "contact_email", "contact_mobile", "contact_roles"],
    ["contact_2_name", "contact_2_email", "contact_2_mobile", "contact_2_roles"],
    ["contact_3_name", "contact_3_email", "contact_3_mobile", "contact_3_roles"],
    ["contact_4_name", "contact_4_email", "contact_4_mobile", "contact_4_roles"],
    ["contact_5_name", "contact_5_email", "contact_5_mobile", "contact_5_roles"],
    ["contact_6_name", "contact_6_email", "contact_6_mobile", "contact_6_roles"],
];

/// By what a row finds the customer that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Match {
    /// Its account code, else its API ID, else its name: whichever the row has.
    #[default]
    Given,
    AccountCode,
    ApiId,
    Organisation,
}

/// What reads files of customers.
pub struct Customers<'a> {
    pub key: Match,
    /// What a new customer is where the file has no column for it.
    pub usual: &'a dyn Fn(&mut CustomerDetails),
    /// What else is done for a new customer.
    pub made: &'a dyn Fn(&mut Tx<'_>, &Customer) -> Result<()>,
}

/// What a row says of a customer in addition to its details.
struct Named {
    code: Option<AccountCode>,
    api_id: Option<ApiId>,
    organisation: Option<Organisation>,
    status: Option<Status>,
}

impl Importer for Customers<'_> {
    fn reads(column: &str) -> bool {
        FIELDS.contains(&column) || PEOPLE.as_flattened().contains(&column)
    }

    fn is_output_only(column: &str) -> bool {
        matches!(column, "created_at" | "updated_at" | "archived_at")
    }

    fn missing(&self, columns: &[String]) -> Vec<&'static str> {
        let has = |wanted: &str| columns.iter().any(|column| column == wanted);
        let wanted = match self.key {
            Match::Given if has("account_code") || has("api_id") => return Vec::new(),
            Match::Given | Match::Organisation => "organisation",
            Match::AccountCode => "account_code",
            Match::ApiId => "api_id",
        };
        if has(wanted) { Vec::new() } else { vec![wanted] }
    }

    fn row(&mut self, tx: &mut Tx<'_>, row: &InputRow, on_existing: OnExisting) -> Result<Done, Fault> {
        let named = Named {
            code: row.optional("account_code")?,
            api_id: row.optional("api_id")?,
            organisation: row.optional("organisation")?,
            status: row.optional("status")?,
        };
        let people = people(row)?;
        match self.find(tx, row, &named)? {
            Some(customer) => change(tx, row, on_existing, customer, &named, people),
            None => self.make(tx, row, named, people),
        }
    }
}

impl Customers<'_> {
    /// The customer that a row is about, if it is there.
    fn find(&self, tx: &Tx<'_>, row: &InputRow, named: &Named) -> Result<Option<Customer>, Fault> {
        let Named { code, api_id, organisation, .. } = named;
        let (field, found) = match (self.key, code, api_id, organisation) {
            (Match::Given | Match::AccountCode, Some(code), ..) => {
                ("account_code", tx.customer_of_code(code).map(|found| found.into_iter().collect()))
            }
            (Match::Given | Match::ApiId, _, Some(id), _) => {
                ("api_id", tx.customer_of_api_id(id).map(|found| found.into_iter().collect()))
            }
            (Match::Given | Match::Organisation, _, _, Some(name)) => ("organisation", tx.customers_named(name)),
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

    fn make(&self, tx: &mut Tx<'_>, row: &InputRow, named: Named, people: Vec<ContactDetails>) -> Result<Done, Fault> {
        let mut details = CustomerDetails::of(row.required("organisation")?);
        (self.usual)(&mut details);
        // A column that is there and empty says that there is nothing, whatever is usual.
        read_details(row, &mut details, true)?;
        let field = if named.code.is_some() { "account_code" } else { "organisation" };
        let at = |error| row.fault(field, error);
        let (customer, change) = ops::customer::create(tx, named.code, named.api_id, details).map_err(at)?;
        (self.made)(tx, &customer).map_err(at)?;
        let code = customer.account_code.as_str();
        for person in people {
            ops::contact::add(tx, code, person).map_err(at)?;
        }
        if named.status == Some(Status::Archived) {
            ops::customer::archive(tx, code).map_err(at)?;
        }
        Ok(Done { verdict: Verdict::New, name: code.to_owned(), changes: change.fields })
    }
}

/// Makes a customer that is there what a row says of it.
fn change(
    tx: &mut Tx<'_>,
    row: &InputRow,
    on_existing: OnExisting,
    customer: Customer,
    named: &Named,
    people: Vec<ContactDetails>,
) -> Result<Done, Fault> {
    refuse_other_names(row, &customer, named)?;
    let mut details = customer.details.clone();
    row.set_needed("organisation", &mut details.organisation)?;
    read_details(row, &mut details, on_existing.empty_unsets)?;
    let at = |error| row.fault("account_code", error);
    let people = whom_to_save(tx, &customer, people).map_err(at)?;
    let is = customer.lifecycle.status();
    let becomes = named.status.unwrap_or(is);
    let code = customer.account_code.to_string();
    if details == customer.details && people.is_empty() && becomes == is {
        return Ok(Done::nothing(code));
    }
    let mut change = ops::customer::difference(&customer, &details);
    if !people.is_empty() {
        let whom: Vec<&str> = people.iter().map(|(_, person)| person.name.as_str()).collect();
        change = change.field("contacts", (), whom);
    }
    if becomes != is {
        change = change.field("status", is.as_str(), becomes.as_str());
    }
    if !on_existing.update {
        let differs = change.fields.names();
        return Err(at(Error::Differs { entity: EntityKind::Customer, name: code, differs }));
    }
    if is == Status::Archived && becomes == Status::Active {
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
    if is == Status::Active && becomes == Status::Archived {
        ops::customer::archive(tx, &code).map_err(at)?;
    }
    Ok(Done { verdict: Verdict::Changed, name: code, changes: change.fields })
}

/// Refuses a row that has another name for a customer than those that it keeps for ever.
fn refuse_other_names(row: &InputRow, customer: &Customer, named: &Named) -> Result<(), Fault> {
    let fixed = |field, value: String| {
        let name = customer.account_code.to_string();
        Err(row.fault(field, Error::Fixed { entity: EntityKind::Customer, name, field, value }))
    };
    let is_same = |code: &AccountCode| code.as_str().eq_ignore_ascii_case(customer.account_code.as_str());
    match (&named.code, &named.api_id) {
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
    match row.optional::<EmailList>("invoice_emails")? {
        Some(emails) => details.invoice_emails = emails.0,
        None if empty_unsets && row.has("invoice_emails") => details.invoice_emails.clear(),
        None => {}
    }
    Ok(())
}

/// The contacts of a row. Those without a name are left out.
fn people(row: &InputRow) -> Result<Vec<ContactDetails>, Fault> {
    let mut people = Vec::new();
    if !row.names().any(|name| name.starts_with("contact_")) {
        return Ok(people);
    }
    for [name, email, mobile, roles] in PEOPLE {
        let email: Option<EmailAddress> = row.optional(email)?;
        let mobile: Option<Msisdn> = row.optional(mobile)?;
        let roles: Option<Roles> = row.optional(roles)?;
        let named: Option<Name> = row.optional(name)?;
        match named {
            Some(name) => people.push(ContactDetails { name, email, mobile, roles: roles.unwrap_or_default() }),
            None if email.is_some() || mobile.is_some() => {
                row.required::<Name>(name)?;
            }
            None => {}
        }
    }
    Ok(people)
}

/// Those out of a row's people who are new to a customer or not as they are known, with what is known of them.
fn whom_to_save(
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
