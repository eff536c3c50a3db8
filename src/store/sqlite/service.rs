//! Services.

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{ApiId, EntityKind, Service, ServiceCode, ServiceDetails, Unit};
use crate::store::sqlite::filter::{Query, nearest};
use crate::store::{ServiceFilter, ServiceSort, Snapshot, Tx};

const SELECT: &str = "SELECT id, code, api_id, unit, name, price_e8, created_at, updated_at FROM service";

fn read(row: &Row<'_>) -> rusqlite::Result<Service> {
    Ok(Service {
        id: row.get(0)?,
        code: row.get(1)?,
        api_id: row.get(2)?,
        unit: row.get(3)?,
        details: ServiceDetails { name: row.get(4)?, price: row.get(5)? },
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}

impl Snapshot<'_> {
    /// The service of a code in any case, or of an API ID.
    pub fn service(&self, name: &str) -> Result<Service> {
        let found = self
            .transaction
            .prepare_cached(&format!("{SELECT} WHERE code = ?1 OR api_id = lower(?1)"))?
            .query_row([name], read)
            .optional()?;
        match found {
            Some(service) => Ok(service),
            None => Err(Error::NotFound {
                entity: EntityKind::Service,
                name: name.to_owned(),
                nearest: nearest(&self.transaction, "SELECT code FROM service", name)?,
            }),
        }
    }

    /// Whether a service has this code.
    pub fn has_service_code(&self, code: &ServiceCode) -> Result<bool> {
        Ok(self.transaction.prepare_cached("SELECT 1 FROM service WHERE code = ?1")?.exists([code])?)
    }

    /// Whether a service has this API ID.
    pub fn has_service_api_id(&self, id: &ApiId) -> Result<bool> {
        Ok(self.transaction.prepare_cached("SELECT 1 FROM service WHERE api_id = ?1")?.exists([id])?)
    }

    /// Hands every service that the filter keeps to `each`, in order.
    pub fn services<E: From<Error>>(
        &self,
        filter: &ServiceFilter,
        each: impl FnMut(Service) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = Query::default();
        query.when_some("unit = ?", filter.unit);
        query.search("(code LIKE ? OR name LIKE ?)", filter.search.as_deref());
        let columns: &[&str] = match filter.page.sort {
            ServiceSort::Code => &["code"],
            ServiceSort::Name => &["name COLLATE NOCASE", "code"],
            ServiceSort::Unit => &["unit", "code"],
        };
        query.order(columns, filter.page.descending);
        query.limit(filter.page.limit);
        query.run(&self.transaction, SELECT, read, each)
    }
}

impl Tx<'_> {
    /// Adds a service under a code that is free.
    pub fn insert_service(
        &mut self,
        code: ServiceCode,
        api_id: ApiId,
        unit: Unit,
        details: ServiceDetails,
    ) -> Result<Service> {
        let at = self.at();
        self.transaction
            .prepare_cached(
                "INSERT INTO service (code, api_id, unit, name, price_e8, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
            )?
            .execute(params![code, api_id, unit, details.name, details.price, at])?;
        let id = self.transaction.last_insert_rowid();
        Ok(Service { id, code, api_id, unit, details, created_at: at, updated_at: at })
    }

    /// Saves the details of a service.
    pub fn update_service(&mut self, service: &Service) -> Result<()> {
        self.transaction
            .prepare_cached("UPDATE service SET name = ?2, price_e8 = ?3, updated_at = ?4 WHERE id = ?1")?
            .execute(params![service.id, service.details.name, service.details.price, service.updated_at])?;
        Ok(())
    }
}
