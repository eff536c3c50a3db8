//! Customers: creates, edits, archives and unarchives them.

use crate::error::{Error, Result};
use crate::model::{AccountCode, ApiId, Change, Customer, CustomerDetails, EntityKind, Skeleton};
use crate::ops::{active, smpp, warning};
use crate::store::vault::random_text;
use crate::store::{SmppFilter, Snapshot, Tx};

/// Creates a customer, under the given account code or one derived from the organisation's name (`ABCCORP331`).
pub fn new(tx: &mut Tx<'_>, code: Option<AccountCode>, details: CustomerDetails) -> Result<Customer> {
    create(tx, code, None, details).map(|(customer, _)| customer)
}

/// Creates a customer, under an existing API ID if one is given, and returns it with its audit record.
pub fn create(
    tx: &mut Tx<'_>,
    code: Option<AccountCode>,
    api_id: Option<ApiId>,
    details: CustomerDetails,
) -> Result<(Customer, Change)> {
    let code = match code {
        Some(code) => code,
        None => free_account_code(tx, details.organisation.as_str())?,
    };
    let api_id = api_id.unwrap_or_else(ApiId::generate);
    let customer = tx.insert_customer(code, api_id, details)?;
    let change = change("new", &customer)
        .field("account_code", (), customer.account_code.as_str())
        .field("api_id", (), customer.api_id.as_str())
        .between(None, Some(&customer.details));
    tx.record(&change)?;
    Ok((customer, change))
}

/// Other customers, archived ones included, whose organisation has a confusable name: a duplicate, or an impostor. Returns up
/// to `limit` of them ordered by name, and their total number.
pub fn confusable_names(snapshot: &Snapshot<'_>, customer: &Customer, limit: usize) -> Result<(Vec<Customer>, usize)> {
    let skeleton = Skeleton::of(customer.details.organisation.as_str());
    let mut confusable = Vec::new();
    snapshot.organisations(|id, organisation| {
        if id != customer.id && skeleton.is_of(organisation) {
            confusable.push(id);
        }
    })?;
    let first = confusable.iter().take(limit).map(|id| snapshot.customer_of(*id)).collect::<Result<_>>()?;
    Ok((first, confusable.len()))
}

/// Edits the details of a customer. An edit that changes nothing is not recorded.
pub fn edit(tx: &mut Tx<'_>, name: &str, edit: impl FnOnce(&mut CustomerDetails) -> Result<()>) -> Result<Customer> {
    let customer = active::customer(tx, name)?;
    let mut details = customer.details.clone();
    edit(&mut details)?;
    save(tx, customer, details)
}

/// Replaces the details of a customer, which the caller read earlier.
///
/// # Errors
/// [`Error::ChangedMeanwhile`] when they have changed since.
pub fn replace(tx: &mut Tx<'_>, name: &str, read: &CustomerDetails, details: CustomerDetails) -> Result<Customer> {
    let customer = active::customer(tx, name)?;
    if customer.details != *read {
        let name = customer.account_code.to_string();
        return Err(Error::ChangedMeanwhile { entity: EntityKind::Customer, name });
    }
    save(tx, customer, details)
}

/// The change that these details would make to a customer.
pub fn difference(customer: &Customer, details: &CustomerDetails) -> Change {
    change("edit", customer).between(Some(&customer.details), Some(details))
}

fn save(tx: &mut Tx<'_>, mut customer: Customer, details: CustomerDetails) -> Result<Customer> {
    let change = difference(&customer, &details);
    if change.is_empty() {
        return Ok(customer);
    }
    customer.details = details;
    customer.lifecycle.updated_at = tx.at();
    tx.update_customer(&customer)?;
    tx.record(&change)?;
    Ok(customer)
}

/// Archives a customer with its active SMPP accounts, stops its warnings and cancels its waiting emails.
pub fn archive(tx: &mut Tx<'_>, name: &str) -> Result<Customer> {
    let mut customer = active::customer(tx, name).map_err(Error::when_archiving)?;
    customer.lifecycle.archived_at = Some(tx.at());
    customer.lifecycle.updated_at = tx.at();
    tx.update_customer(&customer)?;
    tx.record(&change("archive", &customer).field("status", "active", "archived"))?;
    let mut accounts = Vec::new();
    tx.smpp_accounts(&SmppFilter::of_customer(customer.id), |account| {
        accounts.push(account);
        Ok::<_, Error>(())
    })?;
    for account in accounts.into_iter().filter(|account| account.lifecycle.archived_at.is_none()) {
        smpp::archive_with_customer(tx, account)?;
    }
    warning::archive_with_customer(tx, &customer)?;
    Ok(customer)
}

/// Unarchives a customer, with exactly those SMPP accounts that were archived with it.
pub fn unarchive(tx: &mut Tx<'_>, name: &str) -> Result<Customer> {
    let mut customer = tx.customer(name)?;
    if customer.lifecycle.archived_at.take().is_none() {
        return Err(Error::NotArchived { entity: EntityKind::Customer, name: customer.account_code.to_string() });
    }
    customer.lifecycle.updated_at = tx.at();
    tx.update_customer(&customer)?;
    tx.record(&change("unarchive", &customer).field("status", "archived", "active"))?;
    for account in tx.smpp_accounts_archived_with(&customer)? {
        smpp::unarchive_with_customer(tx, account)?;
    }
    Ok(customer)
}

fn change(action: &str, customer: &Customer) -> Change {
    Change::new(EntityKind::Customer, action, &customer.account_code, Some(customer.id))
}

/// An unused account code: the stem of the organisation's name and three digits, or more if those are taken.
fn free_account_code(tx: &Tx<'_>, organisation: &str) -> Result<AccountCode> {
    let stem = AccountCode::stem(organisation);
    for attempt in 0..100 {
        let digits = random_text(3 + attempt / 10, b"0123456789")?;
        let code = format!("{stem}{}", digits.as_str());
        if !tx.has_account_code(&code)? {
            return code.parse().map_err(|rule| Error::invalid("account_code", code, rule));
        }
    }
    Err(Error::Refused("no free account code was found; choose one".to_owned()))
}
