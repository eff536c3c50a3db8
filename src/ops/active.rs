//! Finds customers and SMPP accounts that take changes: archived ones take none.

use crate::error::{Error, Result};
use crate::model::{Customer, EntityKind, SmppAccount};
use crate::store::Snapshot;

/// The customer of a name.
///
/// # Errors
/// [`Error::Archived`] when it is archived.
pub fn customer(snapshot: &Snapshot<'_>, name: &str) -> Result<Customer> {
    let customer = snapshot.customer(name)?;
    match customer.lifecycle.archived_at {
        Some(_) => {
            Err(Error::Archived { entity: EntityKind::Customer, name: customer.account_code.to_string(), again: false })
        }
        None => Ok(customer),
    }
}

/// The SMPP account of a name. Archiving a customer archives its accounts, so its customer is active too.
///
/// # Errors
/// [`Error::Archived`] when it is archived.
pub fn smpp_account(snapshot: &Snapshot<'_>, name: &str) -> Result<SmppAccount> {
    let account = snapshot.smpp_account(name)?;
    match account.lifecycle.archived_at {
        Some(_) => Err(Error::Archived { entity: EntityKind::Smpp, name: account.system_id.to_string(), again: false }),
        None => Ok(account),
    }
}
