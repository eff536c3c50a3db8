//! Overlays: plans that are asked before that of the service, for all accounts of a customer or for one.

use crate::error::{Error, Result, quoted};
use crate::model::{Change, Customer, EntityKind, OverlayOwner, SmppAccount, Time, Timeline, second_of};
use crate::ops::{active, effective};
use crate::store::{SmppFilter, Tx};

/// Sets the overlay of a customer from a time on, or removes it.
///
/// # Errors
/// [`Error::Refused`] when an account of the customer is charged in another unit.
pub fn set_of_customer(
    tx: &mut Tx<'_>,
    name: &str,
    plan: Option<&str>,
    effective_from: Option<Time>,
) -> Result<Customer> {
    let customer = active::customer(tx, name)?;
    let change = Change::new(EntityKind::Customer, "edit", &customer.account_code, Some(customer.id));
    if !set(tx, OverlayOwner::Customer(customer.id), plan, effective_from, change)? {
        return Ok(customer);
    }
    let mut accounts = Vec::new();
    tx.smpp_accounts(&SmppFilter::of_customer(customer.id), |account| {
        accounts.push(account.id);
        Ok::<_, Error>(())
    })?;
    refuse_other_units(tx, &accounts)?;
    Ok(customer)
}

/// Sets the overlay of an SMPP account from a time on, or removes it.
///
/// # Errors
/// [`Error::Refused`] when the account is charged in another unit.
pub fn set_of_account(
    tx: &mut Tx<'_>,
    name: &str,
    plan: Option<&str>,
    effective_from: Option<Time>,
) -> Result<SmppAccount> {
    let account = active::smpp_account(tx, name)?;
    let change = Change::new(EntityKind::Smpp, "edit", &account.system_id, Some(account.customer_id));
    if set(tx, OverlayOwner::Account(account.id), plan, effective_from, change)? {
        refuse_other_units(tx, &[account.id])?;
    }
    Ok(account)
}

/// Records an overlay unless it counts then anyway; says whether it did.
fn set(
    tx: &mut Tx<'_>,
    owner: OverlayOwner,
    plan: Option<&str>,
    effective_from: Option<Time>,
    change: Change,
) -> Result<bool> {
    effective::check(effective_from)?;
    let plan = plan.map(|code| active::plan(tx, code)).transpose()?;
    let overlays = Timeline::new(tx.overlays(owner)?);
    let before = overlays.at(second_of(effective_from)).copied().flatten();
    let plan_id = plan.as_ref().map(|plan| plan.id);
    if before == plan_id {
        return Ok(false);
    }
    tx.record_overlay(owner, plan_id, effective_from)?;
    let before = before.map(|id| tx.plan_of(id)).transpose()?;
    let change = change.field("overlay", before.map(|plan| plan.code), plan.map(|plan| plan.code)).field(
        "effective_from",
        (),
        effective::value(effective_from),
    );
    tx.record(&change)?;
    Ok(true)
}

/// Refuses what was just recorded if it gives an account a plan of another unit than its service has, now or at any time.
pub(super) fn refuse_other_units(tx: &Tx<'_>, accounts: &[i64]) -> Result<()> {
    let Some((account_id, plan_id, unit)) = tx.account_with_other_unit(Some(accounts))? else { return Ok(()) };
    let (account, plan) = (tx.smpp_account_of(account_id)?, tx.plan_of(plan_id)?);
    Err(Error::Refused(format!(
        "SMPP account {} is charged in {unit}, but plan {} has prices in {}",
        quoted(&account.system_id),
        quoted(&plan.code),
        plan.unit
    )))
}
