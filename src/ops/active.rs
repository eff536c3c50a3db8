//! Looks up active customers, SMPP accounts and price plans; archived ones are refused, because they cannot be changed.

use crate::error::{Error, Result};
use crate::model::{Customer, EntityKind, Plan, SmppAccount};
use crate::store::Snapshot;

/// The active customer of an account code or API ID.
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

/// The active SMPP account of a system ID or short name. Archiving a customer archives its accounts, so its customer is active too.
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

/// The active price plan of a code.
///
/// # Errors
/// [`Error::Archived`] when it is archived.
pub fn plan(snapshot: &Snapshot<'_>, code: &str) -> Result<Plan> {
    let plan = snapshot.plan(code)?;
    match plan.archived_at {
        Some(_) => Err(Error::Archived { entity: EntityKind::Plan, name: plan.code.to_string(), again: false }),
        None => Ok(plan),
    }
}
