//! Exports the credentials of accounts for a gateway.

use crate::error::{Error, Result};
use crate::model::{Change, EntityKind, Time};
use crate::ops::smpp::password::{self, Credentials};
use crate::store::vault::Vault;
use crate::store::{SmppFilter, Snapshot, Tx};

/// The accounts of one customer or of all, archived ones included, with the passwords that are valid at a time.
///
/// A caller that shows a password must record that with [`export`].
pub fn credentials(
    snapshot: &Snapshot<'_>,
    vault: &Vault,
    customer: Option<&str>,
    at: Time,
) -> Result<Vec<Credentials>> {
    let filter = match customer {
        Some(name) => SmppFilter::of_customer(snapshot.customer(name)?.id),
        None => SmppFilter::every(),
    };
    let mut accounts = Vec::new();
    snapshot.smpp_accounts(&filter, |account| {
        accounts.push(account);
        Ok::<_, Error>(())
    })?;
    let unsealed = accounts.into_iter().map(|account| {
        let customer = snapshot.customer_of(account.customer_id)?;
        password::unseal(snapshot, vault, &customer, account, at)
    });
    unsealed.collect()
}

/// Records in the audit log that the passwords of `accounts` accounts, of one customer or of all, were exported for a gateway.
pub fn export(tx: &mut Tx<'_>, customer: Option<&str>, gateway: &str, accounts: usize) -> Result<()> {
    let customer_id = customer.map(|name| tx.customer(name)).transpose()?.map(|customer| customer.id);
    let change = Change::new(EntityKind::Smpp, "export", gateway, customer_id);
    tx.record(&change.field("accounts", (), accounts))
}
