//! Services: creates and edits what SMPP accounts are charged for.

use crate::error::{Error, Result, quoted};
use crate::model::{
    ApiId, Change, EffectiveFrom, EntityKind, Money, Name, Plan, PlanBasis, PlanDetails, PriceDestination, PriceSource,
    Service, ServiceCode, ServiceDetails, Time, Timeline, Unit, second_of,
};
use crate::ops::plan::NewPlan;
use crate::ops::price::check_price;
use crate::ops::{active, effective, plan, price};
use crate::report::{PlanUser, plan_uses};
use crate::store::Tx;

/// A new service.
#[derive(Debug, Clone)]
pub struct NewService {
    pub code: ServiceCode,
    /// Generated if it is not given.
    pub api_id: Option<ApiId>,
    /// That of the plan if it is not given, else SMS credits.
    pub unit: Option<Unit>,
    pub details: ServiceDetails,
    pub pricing: ServicePricing,
}

/// What prices the messages of a new service.
#[derive(Debug, Clone)]
pub enum ServicePricing {
    /// A new plan of the service's code, with this default price.
    Price(Money),
    /// The plan of a code.
    Plan(String),
}

impl NewService {
    /// A service with one price for every destination.
    pub fn at_price(code: ServiceCode, name: Name, unit: Unit, price: Money) -> Self {
        let details = ServiceDetails { name, price_source: PriceSource::File };
        Self { code, api_id: None, unit: Some(unit), details, pricing: ServicePricing::Price(price) }
    }
}

/// Creates a service.
pub fn new(tx: &mut Tx<'_>, new: NewService) -> Result<Service> {
    let NewService { code, api_id, unit, details, pricing } = new;
    if tx.has_service_code(&code)? {
        return Err(Error::Exists { entity: EntityKind::Service, field: "code", value: code.to_string() });
    }
    let api_id = match api_id {
        Some(id) if tx.has_service_api_id(&id)? => {
            return Err(Error::Exists { entity: EntityKind::Service, field: "api_id", value: id.to_string() });
        }
        Some(id) => id,
        None => ApiId::generate(),
    };
    let plan = match pricing {
        ServicePricing::Price(price) => own_plan(tx, &code, unit.unwrap_or_default(), &details.name, price)?,
        ServicePricing::Plan(name) => {
            let plan = active::plan(tx, &name)?;
            refuse_other_unit(&plan, unit.unwrap_or(plan.unit), &code)?;
            plan
        }
    };
    let service = tx.insert_service(code, api_id, &plan, details)?;
    tx.record(&creation(&service))?;
    Ok(service)
}

/// A plan for one service, under its code.
fn own_plan(tx: &mut Tx<'_>, code: &ServiceCode, unit: Unit, name: &Name, price: Money) -> Result<Plan> {
    let code = code.as_str().parse().map_err(|rule| Error::invalid("code", code, rule))?;
    let details = PlanDetails { name: name.clone() };
    plan::create(tx, NewPlan { code, unit, basis: PlanBasis::Submit, details, default_price: Some(price) })
}

fn refuse_other_unit(plan: &Plan, unit: Unit, service: &ServiceCode) -> Result<()> {
    if plan.unit == unit {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "plan {} has prices in {}, and service {} charges in {unit}",
        quoted(&plan.code),
        plan.unit,
        quoted(service)
    )))
}

/// The audit record of a new service.
pub(crate) fn creation(service: &Service) -> Change {
    let change = Change::new(EntityKind::Service, "new", &service.code, None).field("unit", (), service.unit.code());
    let change = change.between(None, Some(&service.details)).field("plan", (), &service.plan);
    change.field("price", (), service.price).amounts(service.unit, &["price"])
}

/// A change of a service. What is not given stays.
#[derive(Debug, Clone, Default)]
pub struct ServiceChange {
    pub name: Option<Name>,
    pub price_source: Option<PriceSource>,
    /// The default price in the plan of the service.
    pub price: Option<Money>,
    /// The plan of a code.
    pub plan: Option<String>,
    /// From when price and plan count.
    pub effective_from: EffectiveFrom,
}

impl ServiceChange {
    /// A change of the default price from now on.
    pub fn of_price(price: Money) -> Self {
        Self { price: Some(price), ..Self::default() }
    }
}

/// Edits a service. An edit that changes nothing is not recorded.
///
/// # Errors
/// [`Error::SharedPlan`] when the price is given and other services, customers or accounts use the plan.
pub fn edit(tx: &mut Tx<'_>, name: &str, edit: ServiceChange) -> Result<Service> {
    let mut service = tx.service(name)?;
    let before = service.details.clone();
    let ServiceChange { name, price_source, price, plan, effective_from } = edit;
    service.details.name = name.unwrap_or(service.details.name);
    service.details.price_source = price_source.unwrap_or(service.details.price_source);
    let mut change =
        Change::new(EntityKind::Service, "edit", &service.code, None).between(Some(&before), Some(&service.details));
    let from = effective_from.time(tx.at());
    if let Some(plan) = plan {
        change = change_plan(tx, &service, &plan, from, change)?;
    }
    if let Some(price) = price {
        change = change_price(tx, &service, price, from, change)?;
    }
    if change.is_empty() {
        return Ok(service);
    }
    if effective_from != EffectiveFrom::Now {
        change = change.field("effective_from", (), effective::value(from));
    }
    service.updated_at = tx.at();
    tx.update_service(&service)?;
    tx.record(&change)?;
    tx.service_of(service.id)
}

/// Records another plan of a service, unless it has that plan then anyway.
fn change_plan(tx: &mut Tx<'_>, service: &Service, name: &str, from: Option<Time>, change: Change) -> Result<Change> {
    effective::check(from)?;
    let plan = active::plan(tx, name)?;
    refuse_other_unit(&plan, service.unit, &service.code)?;
    let before = plan_id_at(tx, service.id, from)?;
    if before == Some(plan.id) {
        return Ok(change);
    }
    tx.record_service_plan(service.id, plan.id, from)?;
    let before = before.map(|id| tx.plan_of(id)).transpose()?;
    Ok(change.field("plan", before.map(|plan| plan.code), &plan.code))
}

/// Records another default price in the plan that a service has then.
fn change_price(
    tx: &mut Tx<'_>,
    service: &Service,
    price: Money,
    from: Option<Time>,
    change: Change,
) -> Result<Change> {
    check_price(service.unit, price)?;
    effective::check(from)?;
    let plan_id = plan_id_at(tx, service.id, from)?;
    let plan = tx.plan_of(plan_id.ok_or_else(|| Error::Damaged(format!("service {} has no plan", service.code)))?)?;
    let is_own = |user: &PlanUser| matches!(user, PlanUser::Service(code) if *code == service.code);
    if let Some(other) = plan_uses(tx, plan.id)?.into_iter().find(|plan_use| !is_own(&plan_use.user)) {
        return Err(Error::SharedPlan { plan: plan.code, user: other.user.to_string() });
    }
    let changed = price::record(tx, &plan, PriceDestination::Default, Some(price), from)?;
    if !changed.is_new {
        return Ok(change);
    }
    Ok(change.field("price", changed.previous_price, price).amounts(service.unit, &["price"]))
}

/// The ID of the plan that a service has at a time.
fn plan_id_at(tx: &Tx<'_>, service_id: i64, from: Option<Time>) -> Result<Option<i64>> {
    let plans = Timeline::new(tx.service_plans(service_id)?);
    Ok(plans.at(second_of(from)).copied())
}
