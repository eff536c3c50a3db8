//! Passwords of accounts: reveals them, rotates them, and deletes old ones after the grace period.

use crate::error::{Error, Result, quoted};
use crate::model::{Change, Customer, Grace, Password, SmppAccount, SystemId, Time};
use crate::ops::active;
use crate::ops::smpp::event::change;
use crate::store::vault::{Vault, generate_password};
use crate::store::{Snapshot, Tx};

/// An account with its password, and with the previous one during its grace period.
#[derive(Debug)]
pub struct Credentials {
    pub account: SmppAccount,
    pub password: Password,
    pub previous: Option<PreviousPassword>,
}

/// A replaced password that is valid until a time.
#[derive(Debug)]
pub struct PreviousPassword {
    pub password: Password,
    pub valid_until: Time,
}

/// Returns the passwords of an account, archived or not, and records the access in the audit log.
pub fn reveal(tx: &mut Tx<'_>, vault: &Vault, name: &str) -> Result<Credentials> {
    let account = tx.smpp_account(name)?;
    let customer = tx.customer_of(account.customer_id)?;
    let credentials = unseal(tx, vault, &customer, account, tx.at())?;
    tx.record(&change("reveal", &credentials.account))?;
    Ok(credentials)
}

/// Returns the passwords of an account for a probe, and records the endpoints in the audit log.
pub fn probe(tx: &mut Tx<'_>, vault: &Vault, name: &str, endpoints: &[String]) -> Result<Credentials> {
    let account = tx.smpp_account(name)?;
    let system_id = quoted(&account.system_id);
    if !account.system_id.fits_a_bind() {
        return Err(Error::Refused(format!("system ID {system_id} is too long for a bind")));
    }
    let customer = tx.customer_of(account.customer_id)?;
    let credentials = unseal(tx, vault, &customer, account, tx.at())?;
    if !credentials.password.fits_a_bind() {
        return Err(Error::Refused(format!("the password of SMPP account {system_id} is too long for a bind")));
    }
    tx.record(&change("probe", &credentials.account).field("endpoints", (), endpoints))?;
    Ok(credentials)
}

/// Encrypts a password for the database, whose passwords all have one key.
///
/// # Errors
/// [`Error::OtherKey`] when the database has passwords under another key.
pub(super) fn seal(
    tx: &mut Tx<'_>,
    vault: &Vault,
    password: &Password,
    customer: &Customer,
    system_id: &SystemId,
) -> Result<Vec<u8>> {
    tx.adopt_key(vault)?;
    vault.seal(password, &customer.api_id, system_id)
}

/// Makes the key of a vault the key of the database, after the old one was lost. Passwords under the old key can no longer be
/// read and must be rotated without a grace period.
pub fn replace_key(tx: &mut Tx<'_>, vault: &Vault) -> Result<()> {
    tx.replace_key(vault)
}

/// The passwords of an account that are valid at a time. The calling operation records what it needs them for.
pub(super) fn unseal(
    snapshot: &Snapshot<'_>,
    vault: &Vault,
    customer: &Customer,
    account: SmppAccount,
    at: Time,
) -> Result<Credentials> {
    let open = |sealed: &[u8]| vault.unseal(sealed, &customer.api_id, &account.system_id);
    let password = open(&snapshot.sealed_password(&account)?)?;
    let previous = match snapshot.previous_password(&account, at)? {
        Some((sealed, valid_until)) => Some(PreviousPassword { password: open(&sealed)?, valid_until }),
        None => None,
    };
    Ok(Credentials { account, password, previous })
}

/// The current password of an account, for uses that do not show it.
pub(in crate::ops) fn current(snapshot: &Snapshot<'_>, vault: &Vault, account: &SmppAccount) -> Result<Password> {
    let customer = snapshot.customer_of(account.customer_id)?;
    vault.unseal(&snapshot.sealed_password(account)?, &customer.api_id, &account.system_id)
}

/// Whether an account has this password.
pub fn has_password(tx: &Tx<'_>, vault: &Vault, account: &SmppAccount, password: &Password) -> Result<bool> {
    Ok(current(tx, vault, account)? == *password)
}

/// Replaces the password of an account by a given or generated one. The old password stays valid for the grace period.
/// Without a grace period the old password need not be readable, so that accounts can be repaired
/// after the key was lost.
///
/// # Errors
/// [`Error::GracePeriod`] when a previous password is still valid: the customer may still use that one, and two rotations in a
/// row would end it. [`end_grace`] ends it on purpose.
pub fn rotate(
    tx: &mut Tx<'_>,
    vault: &Vault,
    name: &str,
    password: Option<Password>,
    grace: Grace,
) -> Result<Credentials> {
    let mut account = active::smpp_account(tx, name)?;
    let customer = tx.customer_of(account.customer_id)?;
    let old = match vault.unseal(&tx.sealed_password(&account)?, &customer.api_id, &account.system_id) {
        Err(Error::Secret(_)) if grace.is_none() => None,
        old => Some(old?),
    };
    let password = match password {
        Some(given) if Some(&given) == old.as_ref() => {
            let system_id = quoted(&account.system_id);
            return Err(Error::Refused(format!("SMPP account {system_id} has this password already")));
        }
        Some(given) => given,
        None => generate_password()?,
    };
    if let Some(until) = account.previous_password_until.filter(|&until| until > tx.at()) {
        return Err(Error::GracePeriod { name: account.system_id.to_string(), until });
    }
    let valid_until = grace.after(tx.at());
    let sealed = seal(tx, vault, &password, &customer, &account.system_id)?;
    tx.replace_password(&account, &sealed, valid_until)?;
    tx.record(&with_grace_end(change("rotate-password", &account), None, valid_until))?;
    account.previous_password_until = valid_until;
    account.lifecycle.updated_at = tx.at();
    let previous = old.zip(valid_until).map(|(password, valid_until)| PreviousPassword { password, valid_until });
    Ok(Credentials { account, password, previous })
}

/// Ends the grace period of the last rotation now: the previous password becomes invalid.
pub fn end_grace(tx: &mut Tx<'_>, name: &str) -> Result<SmppAccount> {
    let mut account = active::smpp_account(tx, name)?;
    let Some(until) = account.previous_password_until else {
        let system_id = quoted(&account.system_id);
        return Err(Error::Refused(format!("SMPP account {system_id} has no previous password")));
    };
    tx.delete_previous_password(&account)?;
    account.previous_password_until = None;
    account.lifecycle.updated_at = tx.at();
    tx.touch_smpp_account(&account)?;
    tx.record(&with_grace_end(change("end-grace", &account), Some(until), None))?;
    Ok(account)
}

/// Deletes the previous passwords whose grace period is over.
///
/// Reads ignore them anyway. Every command that writes calls this as well, so that none outlives the next change; `db check`
/// reports one that did.
pub fn delete_lapsed_passwords(tx: &mut Tx<'_>) -> Result<()> {
    tx.delete_previous_passwords_until(tx.at())
}

/// Adds the change of the end of the grace period to an audit record.
fn with_grace_end(change: Change, from: Option<Time>, to: Option<Time>) -> Change {
    if from == to {
        return change;
    }
    let shown = |time: Option<Time>| time.map(|time| time.to_string());
    change.field("previous_password_until", shown(from), shown(to))
}
