//! Services: what an SMPP account is sold, and its price.

use std::sync::LazyLock;

use rusqlite::{OptionalExtension, Row};

use crate::error::{Error, Result};
use crate::model::{ApiId, EntityKind, Service, ServiceCode, ServiceDetails, Unit};
use crate::store::sqlite::columns::{self, Columns, RowReader, columns};
use crate::store::sqlite::filter::{Query, nearest};
use crate::store::{ServiceFilter, ServiceSort, Snapshot, Tx};

columns! {
    ServiceDetails in "service" {
        value name: "name",
        value price: "price_e8",
    }
}

static SELECT: LazyLock<String> = LazyLock::new(|| {
    format!("SELECT id, code, api_id, unit, created_at, updated_at{} FROM service", ServiceDetails::SELECTED)
});

static INSERT: LazyLock<String> =
    LazyLock::new(|| columns::insert("service", "code, api_id, unit, created_at, updated_at", ServiceDetails::WRITTEN));

static UPDATE: LazyLock<String> = LazyLock::new(|| columns::update("service", "updated_at", ServiceDetails::WRITTEN));

fn read(row: &Row<'_>) -> rusqlite::Result<Service> {
    let mut row = RowReader::new(row);
    Ok(Service {
        id: row.value()?,
        code: row.value()?,
        api_id: row.value()?,
        unit: row.value()?,
        created_at: row.value()?,
        updated_at: row.value()?,
        details: Columns::read(&mut row)?,
    })
}

impl Snapshot<'_> {
    /// The service of a code in any case, or of an API ID.
    pub fn service(&self, name: &str) -> Result<Service> {
        let found = self
            .transaction
            .prepare_cached(&format!("{} WHERE code = ?1 OR api_id = lower(?1)", *SELECT))?
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

    /// Passes every service that matches the filter to `each`, in order.
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
        query.run(&self.transaction, &SELECT, read, each)
    }
}

impl Tx<'_> {
    /// Adds a service. The caller has checked that the code is free.
    pub fn insert_service(
        &mut self,
        code: ServiceCode,
        api_id: ApiId,
        unit: Unit,
        details: ServiceDetails,
    ) -> Result<Service> {
        let at = self.at();
        columns::write(&self.transaction, &INSERT, |binder| {
            binder.value(&code)?;
            binder.value(&api_id)?;
            binder.value(unit)?;
            binder.value(at)?;
            binder.value(at)?;
            details.bind(binder)
        })?;
        let id = self.transaction.last_insert_rowid();
        Ok(Service { id, code, api_id, unit, details, created_at: at, updated_at: at })
    }

    /// Saves the details of a service.
    pub fn update_service(&mut self, service: &Service) -> Result<()> {
        columns::write(&self.transaction, &UPDATE, |binder| {
            binder.value(service.updated_at)?;
            service.details.bind(binder)?;
            binder.value(service.id)
        })?;
        Ok(())
    }
}
