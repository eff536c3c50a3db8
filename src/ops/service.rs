//! Services: creates and edits what SMPP accounts are charged for.

use crate::error::{Error, Result};
use crate::model::{ApiId, Change, EntityKind, Invalid, Money, Service, ServiceCode, ServiceDetails, Unit};
use crate::store::Tx;

/// Creates a service that charges in a unit.
pub fn new(tx: &mut Tx<'_>, code: ServiceCode, unit: Unit, details: ServiceDetails) -> Result<Service> {
    create(tx, code, None, unit, details)
}

/// Creates a service, under an existing API ID if one is given.
pub fn create(
    tx: &mut Tx<'_>,
    code: ServiceCode,
    api_id: Option<ApiId>,
    unit: Unit,
    details: ServiceDetails,
) -> Result<Service> {
    check_price(unit, details.price)?;
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
    let service = tx.insert_service(code, api_id, unit, details)?;
    tx.record(&creation(&service))?;
    Ok(service)
}

/// The audit record of a new service.
pub(crate) fn creation(service: &Service) -> Change {
    Change::new(EntityKind::Service, "new", &service.code, None)
        .field("unit", (), service.unit.code())
        .between(None, Some(&service.details))
        .amounts(service.unit, &["price"])
}

/// Edits a service. An edit that changes nothing is not recorded.
pub fn edit(tx: &mut Tx<'_>, name: &str, edit: impl FnOnce(&mut ServiceDetails)) -> Result<Service> {
    let mut service = tx.service(name)?;
    let before = service.details.clone();
    edit(&mut service.details);
    check_price(service.unit, service.details.price)?;
    let change = Change::new(EntityKind::Service, "edit", &service.code, None)
        .between(Some(&before), Some(&service.details))
        .amounts(service.unit, &["price"]);
    if !change.is_empty() {
        service.updated_at = tx.at();
        tx.update_service(&service)?;
        tx.record(&change)?;
    }
    Ok(service)
}

fn check_price(unit: Unit, price: Money) -> Result<()> {
    let refused = |rule| Err(Error::invalid("price", price, rule));
    if price < Money::ZERO {
        return refused(Invalid::rule("must not be negative"));
    }
    unit.check(price).map(drop).or_else(refused)
}
