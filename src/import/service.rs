//! Imports files of services.

use crate::error::{Error, Fault};
use crate::formats::InputRow;
use crate::import::{Importer, OnExisting, RowResult, Verdict};
use crate::model::{ApiId, Change, EntityKind, Money, Service, ServiceCode, ServiceDetails, Unit};
use crate::ops;
use crate::store::Tx;

/// The columns of a file of services; exports have the same ones.
pub const FIELDS: &[&str] = &["code", "name", "unit", "price", "api_id"];

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
        let unit = row.optional("unit")?.unwrap_or(Unit::Sms);
        let price = row.optional("price")?.unwrap_or(Money::ONE);
        let details = ServiceDetails { name: row.required("name")?, price };
        let api_id = row.optional("api_id")?;
        let service = ops::service::create(tx, code, api_id, unit, details).map_err(at)?;
        let changes = ops::service::creation(&service).fields;
        Ok(RowResult { verdict: Verdict::New, name: service.code.to_string(), changes })
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
    row.set_needed("price", &mut details.price)?;
    if details == service.details {
        return Ok(RowResult::unchanged(name));
    }
    let changes =
        Change::new(EntityKind::Service, "edit", &name, None).between(Some(&service.details), Some(&details)).fields;
    if !on_existing.update {
        let differs = changes.names();
        return Err(row.fault("code", Error::Differs { entity: EntityKind::Service, name, differs }));
    }
    ops::service::edit(tx, &name, |before| *before = details).map_err(|error| row.fault("code", error))?;
    Ok(RowResult { verdict: Verdict::Changed, name, changes })
}
