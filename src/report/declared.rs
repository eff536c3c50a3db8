//! What files may declare, as it is in the database: the desired state that `ssgctl apply` would not change.

use crate::error::{Error, Result};
use crate::model::{
    Customer, DeclaredAccount, DeclaredCustomer, DeclaredPlan, DeclaredService, Money, OverlayOwner, PlanCode, Service,
    SmppAccount, Timeline, second_of,
};
use crate::store::{ArchiveFilter, PlanFilter, ServiceFilter, SmppFilter, Snapshot};

/// Everything of an active customer that can be declared, without its archived accounts.
pub fn declared_customer(snapshot: &Snapshot<'_>, customer: &Customer) -> Result<DeclaredCustomer> {
    let mut details = customer.details.clone();
    details.managed_by = None;
    let limits = snapshot.balances_of(customer)?.into_iter().map(|balance| (balance.unit, balance.credit_limit));
    let warnings = snapshot.warnings_of(customer)?.into_iter().map(|warning| (warning.unit, warning.details));
    let contacts = snapshot.contacts_of(customer)?.into_iter().map(|contact| contact.details);
    let active = SmppFilter { archive_filter: ArchiveFilter::Active, ..SmppFilter::of_customer(customer.id) };
    let mut accounts = Vec::new();
    snapshot.smpp_accounts(&active, |account| {
        accounts.push(account);
        Ok::<_, Error>(())
    })?;
    Ok(DeclaredCustomer {
        account_code: customer.account_code.clone(),
        details,
        overlay: overlay_now(snapshot, OverlayOwner::Customer(customer.id))?,
        credit_limits: limits.filter(|(_, limit)| *limit != Money::ZERO).collect(),
        warnings: warnings.collect(),
        contacts: contacts.collect(),
        accounts: accounts.into_iter().map(|account| declared_account(snapshot, account)).collect::<Result<_>>()?,
    })
}

fn declared_account(snapshot: &Snapshot<'_>, account: SmppAccount) -> Result<DeclaredAccount> {
    let overlay = overlay_now(snapshot, OverlayOwner::Account(account.id))?;
    let mut details = account.details;
    details.managed_by = None;
    Ok(DeclaredAccount { system_id: account.system_id, details, overlay })
}

/// The overlay that is in force.
pub(crate) fn overlay_now(snapshot: &Snapshot<'_>, owner: OverlayOwner) -> Result<Option<PlanCode>> {
    let plans = Timeline::new(snapshot.overlays(owner)?);
    let now = plans.at(second_of(Some(snapshot.at()))).copied().flatten();
    Ok(now.map(|id| snapshot.plan_of(id)).transpose()?.map(|plan| plan.code))
}

/// The active price plans, by code.
pub fn declared_plans(snapshot: &Snapshot<'_>) -> Result<Vec<DeclaredPlan>> {
    let mut plans = Vec::new();
    snapshot.plans(&PlanFilter::default(), |plan| {
        plans.push(DeclaredPlan { code: plan.code, unit: plan.unit, basis: plan.basis, details: plan.details });
        Ok::<_, Error>(())
    })?;
    Ok(plans)
}

/// The services, by code.
pub fn declared_services(snapshot: &Snapshot<'_>) -> Result<Vec<DeclaredService>> {
    let mut services = Vec::new();
    snapshot.services(&ServiceFilter::default(), |Service { code, plan, details, .. }| {
        services.push(DeclaredService { code, plan, details });
        Ok::<_, Error>(())
    })?;
    Ok(services)
}
