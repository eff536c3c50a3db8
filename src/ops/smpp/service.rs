//! The service of an SMPP account from a time on.

use crate::error::{Error, Result, quoted};
use crate::model::{Service, SmppAccount, Time, Timeline, day_of, second_of};
use crate::ops::smpp::event::change;
use crate::ops::{active, effective, overlay};
use crate::store::Tx;

/// Gives an account a service from a time on; `None` is the beginning of all times. The service that it has already is no
/// change.
///
/// # Errors
/// [`Error::Refused`] when the service has another unit and the account has messages from that time on, or overlays in the
/// unit of the service that it has.
pub fn set_service(tx: &mut Tx<'_>, name: &str, service: &str, effective_from: Option<Time>) -> Result<SmppAccount> {
    effective::check(effective_from)?;
    let mut account = active::smpp_account(tx, name)?;
    let service = tx.service(service)?;
    let before = service_at(tx, &account, effective_from)?;
    if before.id == service.id {
        return Ok(account);
    }
    if before.unit != service.unit {
        refuse_messages(tx, &account, effective_from)?;
    }
    record(tx, &account, &service, effective_from)?;
    account.lifecycle.updated_at = tx.at();
    tx.update_smpp_account(&account)?;
    tx.record(&change("edit", &account).field("service", before.code, service.code).field(
        "effective_from",
        (),
        effective::value(effective_from),
    ))?;
    tx.smpp_account_of(account.id)
}

/// The service of an account at a time.
fn service_at(tx: &Tx<'_>, account: &SmppAccount, time: Option<Time>) -> Result<Service> {
    let services = Timeline::new(tx.account_services(account.id)?);
    let id = services.at(second_of(time)).copied();
    tx.service_of(id.ok_or_else(|| Error::Damaged(format!("SMPP account {} has no service", account.system_id)))?)
}

/// Messages that were charged in one unit are never charged in another one.
fn refuse_messages(tx: &Tx<'_>, account: &SmppAccount, from: Option<Time>) -> Result<()> {
    let now = second_of(Some(tx.at()));
    if second_of(from) >= now {
        return Ok(());
    }
    let day = i32::try_from(second_of(from).max(0).min(now).div_euclid(86_400)).unwrap_or_default();
    match tx.last_day_with_messages(account.id)? {
        Some(last) if last >= day => Err(Error::Refused(format!(
            "SMPP account {} has messages on {}, and its balance of another unit would pay for them; choose a later time",
            quoted(&account.system_id),
            day_of(last)
        ))),
        _ => Ok(()),
    }
}

/// Records the service, and refuses one whose unit is not that of the account's overlays.
pub(super) fn record(tx: &mut Tx<'_>, account: &SmppAccount, service: &Service, from: Option<Time>) -> Result<()> {
    tx.record_account_service(account.id, service.id, from)?;
    overlay::refuse_other_units(tx, &[account.id])
}
