//! SMPP accounts: adds, edits, enables and archives them, and manages their closed user groups and passwords.

mod cug;
mod event;
mod export;
mod password;
mod service;

use crate::error::{Error, Result, quoted};
use crate::model::{
    Change, Customer, EntityKind, IpRange, Msisdn, OverlayOwner, Password, ServiceCode, ShortName, SmppAccount,
    SmppDetails, SystemId,
};
use crate::ops::smpp::event::change;
use crate::ops::{active, overlay};
use crate::store::Tx;
use crate::store::vault::{Vault, generate_password, random_text};

pub use cug::{CugChange, add_to_cug, remove_from_cug, replace_cug, set_cug};
pub use export::{credentials, export};
pub(super) use password::current as current_password;
pub use password::{
    Credentials, PreviousPassword, delete_lapsed_passwords, end_grace, has_password, probe, replace_key, reveal, rotate,
};
pub use service::set_service;

/// The characters of generated system IDs.
const SYSTEM_ID_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const SYSTEM_ID_LENGTH: usize = 15;

/// The code of the service that every database has.
pub fn standard_service() -> Result<ServiceCode> {
    "standard".parse().map_err(|rule| Error::invalid("service", "standard", rule))
}

/// A new account. A missing system ID or password is generated.
#[derive(Debug)]
pub struct NewAccount {
    pub system_id: Option<SystemId>,
    pub password: Option<Password>,
    pub details: SmppDetails,
    pub cug: Vec<Msisdn>,
}

/// Adds an account to a customer.
pub fn add(tx: &mut Tx<'_>, vault: &Vault, customer: &str, new: NewAccount) -> Result<Credentials> {
    let customer = active::customer(tx, customer)?;
    add_to(tx, vault, &customer, new)
}

/// Adds an account to a customer that is known to be active.
pub(super) fn add_to(tx: &mut Tx<'_>, vault: &Vault, customer: &Customer, new: NewAccount) -> Result<Credentials> {
    let NewAccount { system_id, password, mut details, cug } = new;
    let service = tx.service(details.service.as_str())?;
    details.service = service.code.clone();
    details.fold_duplicates();
    let system_id = match system_id {
        Some(id) => refuse_taken_system_id(tx, id)?,
        None => free_system_id(tx)?,
    };
    if let Some(short_name) = &details.short_name {
        refuse_taken_short_name(tx, short_name, &system_id)?;
    }
    let password = match password {
        Some(password) => password,
        None => generate_password()?,
    };
    let sealed = password::seal(tx, vault, &password, customer, &system_id)?;
    let mut account = tx.insert_smpp_account(customer, &service, system_id, details, &sealed)?;
    if !tx.overlays(OverlayOwner::Customer(customer.id))?.is_empty() {
        overlay::refuse_other_units(tx, &[account.id])?;
    }
    let change = change("add", &account)
        .field("system_id", (), account.system_id.as_str())
        .between(None, Some(&account.details));
    let change = cug::fill(tx, &mut account, &cug, change)?;
    tx.record(&change)?;
    Ok(Credentials { account, password, previous: None })
}

/// The change that these details would make to an account.
pub fn difference(account: &SmppAccount, details: &SmppDetails) -> Change {
    change("edit", account).between(Some(&account.details), Some(details))
}

/// Edits the details of an account. An edit that changes nothing is not recorded.
pub fn edit(tx: &mut Tx<'_>, name: &str, edit: impl FnOnce(&mut SmppDetails) -> Result<()>) -> Result<SmppAccount> {
    save(tx, "edit", name, edit)
}

/// Removes IP ranges from those that an account may bind from, then adds others.
///
/// # Errors
/// [`Error::Refused`] when a range to remove is not in the list, or when none would be left: an account without ranges can be
/// used from anywhere.
pub fn change_ip_ranges(details: &mut SmppDetails, add: &[IpRange], remove: &[IpRange]) -> Result<()> {
    for range in remove {
        let place = details.allowed_ips.iter().position(|allowed| allowed == range);
        let place =
            place.ok_or_else(|| Error::Refused(format!("{} is not among the account's allowed_ips", quoted(range))))?;
        details.allowed_ips.remove(place);
    }
    details.allowed_ips.extend(add);
    match remove.last() {
        Some(last) if details.allowed_ips.is_empty() => Err(Error::Refused(format!(
            "without {} the account could be used from anywhere; unset allowed_ips if you want that",
            quoted(last)
        ))),
        _ => Ok(()),
    }
}

/// Enables or disables an account. Its other flags keep their values.
pub fn set_enabled(tx: &mut Tx<'_>, name: &str, enabled: bool) -> Result<SmppAccount> {
    save(tx, if enabled { "enable" } else { "disable" }, name, |details| {
        details.enabled = enabled;
        Ok(())
    })
}

fn save(
    tx: &mut Tx<'_>,
    action: &str,
    name: &str,
    edit: impl FnOnce(&mut SmppDetails) -> Result<()>,
) -> Result<SmppAccount> {
    let mut account = active::smpp_account(tx, name)?;
    let before = account.details.clone();
    edit(&mut account.details)?;
    account.details.fold_duplicates();
    let service = tx.service(account.details.service.as_str())?;
    account.details.service = service.code.clone();
    if let Some(short_name) = &account.details.short_name
        && !before.short_name.as_ref().is_some_and(|old| old.as_str().eq_ignore_ascii_case(short_name.as_str()))
    {
        refuse_taken_short_name(tx, short_name, &account.system_id)?;
    }
    let change = change(action, &account).between(Some(&before), Some(&account.details));
    if !change.is_empty() {
        account.lifecycle.updated_at = tx.at();
        if account.details.service != before.service {
            service::record(tx, &account, &service, Some(tx.at().whole_second()))?;
        }
        tx.update_smpp_account(&account)?;
        tx.record(&change)?;
    }
    Ok(account)
}

/// Archives an account.
pub fn archive(tx: &mut Tx<'_>, name: &str) -> Result<SmppAccount> {
    let account = active::smpp_account(tx, name).map_err(Error::when_archiving)?;
    archive_for(tx, account, false)
}

/// Archives an account together with its customer.
pub(super) fn archive_with_customer(tx: &mut Tx<'_>, account: SmppAccount) -> Result<SmppAccount> {
    archive_for(tx, account, true)
}

fn archive_for(tx: &mut Tx<'_>, mut account: SmppAccount, with_customer: bool) -> Result<SmppAccount> {
    tx.archive_smpp_account(&account, with_customer)?;
    tx.record(&change("archive", &account).field("status", "active", "archived"))?;
    account.lifecycle.archived_at = Some(tx.at());
    account.lifecycle.updated_at = tx.at();
    Ok(account)
}

/// Unarchives an account whose customer is active.
pub fn unarchive(tx: &mut Tx<'_>, name: &str) -> Result<SmppAccount> {
    let account = tx.smpp_account(name)?;
    if account.lifecycle.archived_at.is_none() {
        return Err(Error::NotArchived { entity: EntityKind::Smpp, name: account.system_id.to_string() });
    }
    active::customer(tx, account.customer.as_str())?;
    unarchive_with_customer(tx, account)
}

/// Unarchives an account together with its customer, or after that was checked.
pub(super) fn unarchive_with_customer(tx: &mut Tx<'_>, mut account: SmppAccount) -> Result<SmppAccount> {
    tx.unarchive_smpp_account(&account)?;
    tx.record(&change("unarchive", &account).field("status", "archived", "active"))?;
    account.lifecycle.archived_at = None;
    account.lifecycle.updated_at = tx.at();
    Ok(account)
}

fn refuse_taken_system_id(tx: &Tx<'_>, id: SystemId) -> Result<SystemId> {
    if tx.has_system_id(id.as_str())? || tx.has_short_name(id.as_str())? {
        return Err(Error::Exists { entity: EntityKind::Smpp, field: "system_id", value: id.to_string() });
    }
    Ok(id)
}

/// Short names are case-insensitive, so a short name may not equal another account's system ID in any case.
fn refuse_taken_short_name(tx: &Tx<'_>, name: &ShortName, own: &SystemId) -> Result<()> {
    if tx.has_short_name(name.as_str())? || tx.has_other_system_id_like(name.as_str(), own)? {
        return Err(Error::Exists { entity: EntityKind::Smpp, field: "short_name", value: name.to_string() });
    }
    Ok(())
}

fn free_system_id(tx: &Tx<'_>) -> Result<SystemId> {
    loop {
        let id = random_text(SYSTEM_ID_LENGTH, SYSTEM_ID_ALPHABET)?;
        if !tx.has_system_id(&id)? && !tx.has_short_name(&id)? {
            return id.parse().map_err(|rule| Error::invalid("system_id", id.as_str(), rule));
        }
    }
}
