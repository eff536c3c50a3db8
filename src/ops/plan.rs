//! Price plans: creates, edits and archives them. Their prices are changed by `price`.

use crate::error::{Error, Result, quoted};
use crate::model::{
    Change, EntityKind, Invalid, Money, Plan, PlanBasis, PlanCode, PlanDetails, PriceDestination, Unit,
};
use crate::ops::{active, price};
use crate::report::plan_uses;
use crate::store::Tx;

/// What the command line calls an overlay that is no plan.
const NO_PLAN: &str = "none";

/// A new plan.
#[derive(Debug, Clone)]
pub struct NewPlan {
    pub code: PlanCode,
    pub unit: Unit,
    pub basis: PlanBasis,
    pub details: PlanDetails,
    /// The price of everything without a price of its own, from the beginning of all times.
    pub default_price: Option<Money>,
}

/// Creates a plan.
pub fn new(tx: &mut Tx<'_>, new: NewPlan) -> Result<Plan> {
    let default_price = new.default_price;
    let plan = create(tx, new)?;
    let change = change("new", &plan).field("unit", (), plan.unit.code()).field("basis", (), plan.basis.as_str());
    let change = change.between(None, Some(&plan.details));
    let change = match default_price {
        Some(price) => change.field("default_price", (), price).amounts(plan.unit, &["default_price"]),
        None => change,
    };
    tx.record(&change)?;
    Ok(plan)
}

/// The same as a part of another operation, which records it.
pub(super) fn create(tx: &mut Tx<'_>, new: NewPlan) -> Result<Plan> {
    let NewPlan { code, unit, basis, details, default_price } = new;
    if tx.plan_named(code.as_str())?.is_some() {
        return Err(Error::Exists { entity: EntityKind::Plan, field: "code", value: code.to_string() });
    }
    if code.as_str().eq_ignore_ascii_case(NO_PLAN) {
        return Err(Error::invalid("code", code, Invalid::rule("is the word for no plan")));
    }
    let plan = tx.insert_plan(code, (unit, basis), details)?;
    if let Some(price) = default_price {
        price::check_price(unit, price)?;
        price::record(tx, &plan, PriceDestination::Default, Some(price), None)?;
    }
    Ok(plan)
}

/// Edits a plan. An edit that changes nothing is not recorded.
pub fn edit(tx: &mut Tx<'_>, code: &str, edit: impl FnOnce(&mut PlanDetails)) -> Result<Plan> {
    let mut plan = active::plan(tx, code)?;
    let before = plan.details.clone();
    edit(&mut plan.details);
    let change = change("edit", &plan).between(Some(&before), Some(&plan.details));
    if !change.is_empty() {
        plan.updated_at = tx.at();
        tx.update_plan(&plan)?;
        tx.record(&change)?;
    }
    Ok(plan)
}

/// Archives a plan that nothing uses, now or later.
///
/// # Errors
/// [`Error::Refused`] when a service, customer or account uses it.
pub fn archive(tx: &mut Tx<'_>, code: &str) -> Result<Plan> {
    let mut plan = active::plan(tx, code).map_err(Error::when_archiving)?;
    if let Some(plan_use) = plan_uses(tx, plan.id)?.into_iter().next() {
        return Err(Error::Refused(format!("plan {} is used by {}", quoted(&plan.code), plan_use.user)));
    }
    plan.archived_at = Some(tx.at());
    plan.updated_at = tx.at();
    tx.update_plan(&plan)?;
    tx.record(&change("archive", &plan).field("status", "active", "archived"))?;
    Ok(plan)
}

/// Unarchives a plan.
pub fn unarchive(tx: &mut Tx<'_>, code: &str) -> Result<Plan> {
    let mut plan = tx.plan(code)?;
    if plan.archived_at.take().is_none() {
        return Err(Error::NotArchived { entity: EntityKind::Plan, name: plan.code.to_string() });
    }
    plan.updated_at = tx.at();
    tx.update_plan(&plan)?;
    tx.record(&change("unarchive", &plan).field("status", "archived", "active"))?;
    Ok(plan)
}

fn change(action: &str, plan: &Plan) -> Change {
    Change::new(EntityKind::Plan, action, &plan.code, None)
}
