//! Passwords of accounts: shown to the one who asks, replaced, and given up after a grace.

use crate::error::{Error, Result, quoted};
use crate::model::{Change, Customer, Grace, Password, SmppAccount, Time};
use crate::ops::active;
use crate::ops::smpp::event::change;
use crate::store::vault::{Vault, generate_password};
use crate::store::{Snapshot, Tx};

/// An account with its password, and with the one before it while that is still taken.
#[derive(Debug)]
pub struct Credentials {
    pub account: SmppAccount,
    pub password: Password,
    pub previous: Option<Previous>,
}

/// A password that was replaced and is taken until a time.
#[derive(Debug)]
pub struct Previous {
    pub password: Password,
    pub valid_until: Time,
}

/// Gives the passwords of an account, archived or not, and logs that somebody asked for them.
pub fn reveal(tx: &mut Tx<'_>, vault: &Vault, name: &str) -> Result<Credentials> {
    let account = tx.smpp_account(name)?;
    let customer = tx.customer_of(account.customer_id)?;
    let credentials = unseal(tx, vault, &customer, account, tx.at())?;
    tx.record(&change("reveal", &credentials.account))?;
    Ok(credentials)
}

/// Gives the passwords of an account to be sent to endpoints, and logs where to.
pub fn probe(tx: &mut Tx<'_>, vault: &Vault, name: &str, endpoints: &[String]) -> Result<Credentials> {
    let account = tx.smpp_account(name)?;
    if !account.system_id.fits_a_bind() {
        let system_id = quoted(&account.system_id);
        return Err(Error::Refused(format!("system ID {system_id} is too long for a bind")));
    }
    let customer = tx.customer_of(account.customer_id)?;
    let credentials = unseal(tx, vault, &customer, account, tx.at())?;
    tx.record(&change("probe", &credentials.account).field("endpoints", (), endpoints))?;
    Ok(credentials)
}

/// The passwords of an account that are taken at a time, for a deed that logs what it needs them for.
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
        Some((sealed, valid_until)) => Some(Previous { password: open(&sealed)?, valid_until }),
        None => None,
    };
    Ok(Credentials { account, password, previous })
}

/// The password of an account as it is now, for what is done with it and not shown.
pub(in crate::ops) fn current(snapshot: &Snapshot<'_>, vault: &Vault, account: &SmppAccount) -> Result<Password> {
    let customer = snapshot.customer_of(account.customer_id)?;
    vault.unseal(&snapshot.sealed_password(account)?, &customer.api_id, &account.system_id)
}

/// Whether an account has this password.
pub fn has_password(tx: &Tx<'_>, vault: &Vault, account: &SmppAccount, password: &Password) -> Result<bool> {
    Ok(current(tx, vault, account)? == *password)
}

/// Gives an account a new password, generated unless one is given. The one it had is taken for the grace; one from before
/// that is not taken any more. Without a grace the old one need not be readable, so that a lost key is no end.
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
            return Err(Error::Refused(format!("that is the password which SMPP account {system_id} has")));
        }
        Some(given) => given,
        None => generate_password()?,
    };
    let valid_until = grace.after(tx.at());
    let sealed = vault.seal(&password, &customer.api_id, &account.system_id)?;
    tx.replace_password(&account, &sealed, valid_until)?;
    tx.record(&with_step(change("rotate-password", &account), account.previous_password_until, valid_until))?;
    account.previous_password_until = valid_until;
    account.lifecycle.updated_at = tx.at();
    let previous = old.zip(valid_until).map(|(password, valid_until)| Previous { password, valid_until });
    Ok(Credentials { account, password, previous })
}

/// Ends the grace of the last rotation now: the password from before it is taken no more.
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
    tx.record(&with_step(change("end-grace", &account), Some(until), None))?;
    Ok(account)
}

/// Deletes the previous passwords whose grace period is over.
///
/// Reads ignore such passwords anyway. Every change of the database does this too, whatever else it does, so that none
/// outlives the next change, and `db check` reports one that did.
pub fn delete_lapsed_passwords(tx: &mut Tx<'_>) -> Result<()> {
    tx.delete_previous_passwords_until(tx.at())
}

/// The change with the step from one end of a grace to another.
fn with_step(change: Change, from: Option<Time>, to: Option<Time>) -> Change {
    if from == to {
        return change;
    }
    let shown = |time: Option<Time>| time.map(|time| time.to_string());
    change.field("previous_password_until", shown(from), shown(to))
}
