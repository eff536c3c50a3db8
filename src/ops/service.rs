//! Services: what SMPP accounts are sold.

use crate::error::{Error, Result};
use crate::model::{ApiId, Change, Invalid, Money, Noun, Service, ServiceCode, ServiceDetails, Unit};
use crate::store::Tx;

/// Makes a service that charges in a unit.
pub fn new(tx: &mut Tx<'_>, code: ServiceCode, unit: Unit, details: ServiceDetails) -> Result<Service> {
    check_price(unit, details.price)?;
    if tx.has_service_code(&code)? {
        return Err(Error::Exists { noun: Noun::Service, field: "code", value: code.to_string() });
    }
    let service = tx.insert_service(code, ApiId::generate(), unit, details)?;
    let change = Change::new(Noun::Service, "new", &service.code, None)
        .field("unit", (), unit.code())
        .between(None, Some(&service.details))
        .amounts(unit, &["price"]);
    tx.record(&change)?;
    Ok(service)
}

/// Changes a service; a change that changes nothing leaves no trace.
pub fn edit(tx: &mut Tx<'_>, name: &str, edit: impl FnOnce(&mut ServiceDetails)) -> Result<Service> {
    let mut service = tx.service(name)?;
    let before = service.details.clone();
    edit(&mut service.details);
    check_price(service.unit, service.details.price)?;
    let change = Change::new(Noun::Service, "edit", &service.code, None)
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
