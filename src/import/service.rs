//! Imports files of services.

use crate::error::{Error, Fault, quoted};
use crate::formats::InputRow;
use crate::import::{Importer, OnExisting, RowResult, Verdict};
use crate::model::{
    ApiId, Change, EffectiveFrom, EntityKind, Money, Name, PlanBasis, PlanCode, PlanDetails, PriceSource, Service,
    ServiceCode, ServiceDetails, Unit,
};
use crate::ops;
use crate::ops::plan::NewPlan;
use crate::ops::service::{NewService, ServiceChange, ServicePricing};
use crate::store::Tx;

/// The columns of a file of services; exports have the same ones.
pub const FIELDS: &[&str] = &["code", "name", "unit", "plan", "price", "price_source", "api_id"];

/// Imports files of services. A service is identified by its code.
#[derive(Debug, Default)]
pub struct Services;

impl Importer for Services {
    const FIELDS: &'static [&'static [&'static str]] = &[FIELDS];
    const NEEDED_BY_NEW: &'static [&'static str] = &["name"];
    const REFUSES_MISSPELT: bool = true;

    fn is_informational(column: &str) -> bool {
        matches!(column, "created_at" | "updated_at")
    }

    fn missing(&self, columns: &[String]) -> Vec<&'static str> {
        let has = |wanted: &&str| columns.iter().any(|column| column == wanted);
        ["code"].into_iter().filter(|wanted| !has(wanted)).collect()
    }

    fn row(&mut self, tx: &mut Tx<'_>, row: &InputRow, on_existing: OnExisting) -> Result<RowResult, Fault> {
        let code: ServiceCode = row.required("code")?;
        let at = |error| row.fault("code", error);
        if tx.has_service_code(&code).map_err(at)? {
            let service = tx.service(code.as_str()).map_err(at)?;
            return change(tx, row, on_existing, service);
        }
        let service = create(tx, row, code)?;
        let changes = ops::service::creation(&service).fields;
        Ok(RowResult { verdict: Verdict::New, name: service.code.to_string(), changes })
    }
}

/// Creates the service of a row. A plan that does not exist is made with the price of the row, because the file may be the export
/// of another database.
fn create(tx: &mut Tx<'_>, row: &InputRow, code: ServiceCode) -> Result<Service, Fault> {
    let at = |error| row.fault("code", error);
    let unit: Option<Unit> = row.optional("unit")?;
    let price: Option<Money> = row.optional("price")?;
    let name: Name = row.required("name")?;
    let plan: Option<PlanCode> = row.optional("plan")?;
    if let Some(plan) = &plan
        && tx.plan_named(plan.as_str()).map_err(at)?.is_none()
    {
        let details = PlanDetails { name: name.clone() };
        let (code, unit, basis) = (plan.clone(), unit.unwrap_or_default(), PlanBasis::Submit);
        ops::plan::new(tx, NewPlan { code, unit, basis, details, default_price: price }).map_err(at)?;
    }
    let pricing = match plan {
        Some(plan) => ServicePricing::Plan(plan.to_string()),
        None => ServicePricing::Price(price.unwrap_or(Money::ONE)),
    };
    let price_source = row.optional("price_source")?.unwrap_or(PriceSource::File);
    let details = ServiceDetails { name, price_source };
    let new = NewService { code, api_id: row.optional("api_id")?, unit, details, pricing };
    let service = ops::service::new(tx, new).map_err(at)?;
    match price.filter(|price| service.price != Some(*price)) {
        None => Ok(service),
        Some(price) => {
            let (plan, unit) = (quoted(&service.plan), service.unit);
            let message = match service.price {
                Some(other) => {
                    format!("plan {plan} has the default price {}, not {}", unit.format(other), unit.format(price))
                }
                None => format!("plan {plan} has no default price, but the row has {}", unit.format(price)),
            };
            Err(row.fault("price", Error::Refused(message)))
        }
    }
}

/// Updates an existing service with the fields of a row.
fn change(tx: &mut Tx<'_>, row: &InputRow, on_existing: OnExisting, service: Service) -> Result<RowResult, Fault> {
    let name = service.code.to_string();
    let fixed = |field, value: String| {
        let name = name.clone();
        Err(row.fault(field, Error::Fixed { entity: EntityKind::Service, name, field, value }))
    };
    if let Some(unit) = row.optional::<Unit>("unit")?.filter(|unit| *unit != service.unit) {
        return fixed("unit", unit.code().to_owned());
    }
    // Every new database creates the standard service with its own API ID, so a file from another database differs there.
    let is_standard = service.code == ops::smpp::standard_service().map_err(|error| row.fault("code", error))?;
    let other = row.optional::<ApiId>("api_id")?.filter(|id| *id != service.api_id && !is_standard);
    if let Some(id) = other {
        return fixed("api_id", id.to_string());
    }
    let mut details = service.details.clone();
    row.set_needed("name", &mut details.name)?;
    row.set_needed("price_source", &mut details.price_source)?;
    let plan = row.optional::<PlanCode>("plan")?;
    let plan = plan.filter(|plan| !plan.as_str().eq_ignore_ascii_case(service.plan.as_str()));
    let price = row.optional::<Money>("price")?.filter(|price| service.price != Some(*price) || plan.is_some());
    let mut changes =
        Change::new(EntityKind::Service, "edit", &name, None).between(Some(&service.details), Some(&details));
    if let Some(plan) = &plan {
        changes = changes.field("plan", &service.plan, plan);
    }
    if price.is_some_and(|price| service.price != Some(price)) {
        changes = changes.field("price", service.price, price);
    }
    if changes.is_empty() {
        return Ok(RowResult::unchanged(name));
    }
    let changes = changes.fields;
    if !on_existing.update {
        let differs = changes.names();
        return Err(row.fault("code", Error::Differs { entity: EntityKind::Service, name, differs }));
    }
    let ServiceDetails { name: service_name, price_source } = details;
    let change = ServiceChange {
        name: Some(service_name),
        price_source: Some(price_source),
        price,
        plan: plan.map(|plan| plan.to_string()),
        effective_from: EffectiveFrom::Now,
    };
    ops::service::edit(tx, &name, change).map_err(|error| row.fault("code", error))?;
    Ok(RowResult { verdict: Verdict::Changed, name, changes })
}
