//! Services: what an SMPP account is sold, with the plan and the default price that are in force.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{ApiId, EntityKind, Plan, PriceSource, Service, ServiceCode, ServiceDetails};
use crate::store::sqlite::columns::{self, Columns, RowReader, columns};
use crate::store::sqlite::filter::{Query, nearest};
use crate::store::sqlite::price_history::in_force;
use crate::store::{ServiceFilter, ServiceSort, Snapshot, Tx};

columns! {
    ServiceDetails in "service" {
        value name: "name",
        value price_source: "price_source",
    }
}

static SELECT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT service.id, service.code, service.api_id, service.unit, plan.code, price.price_e8,
            service.created_at, service.updated_at{}
         FROM service
         JOIN plan ON plan.id = {}
         LEFT JOIN price ON price.id = {}",
        ServiceDetails::SELECTED,
        in_force("plan_id", "service_plan", "service_id = service.id"),
        in_force("price.id", "price", "plan_id = plan.id AND destination = 'default'"),
    )
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
        plan: row.value()?,
        price: row.value()?,
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
            .prepare_cached(&format!("{} WHERE service.code = ?2 OR service.api_id = lower(?2)", *SELECT))?
            .query_row(params![self.at(), name], read)
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

    /// The service of a row.
    pub fn service_of(&self, id: i64) -> Result<Service> {
        let sql = format!("{} WHERE service.id = ?2", *SELECT);
        Ok(self.transaction.prepare_cached(&sql)?.query_row(params![self.at(), id], read)?)
    }

    /// The services whose messages do not cost the prices of files, by code.
    pub fn price_sources(&self) -> Result<BTreeMap<String, PriceSource>> {
        let mut statement =
            self.transaction.prepare_cached("SELECT code, price_source FROM service WHERE price_source <> 'file'")?;
        let sources = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(sources.collect::<rusqlite::Result<_>>()?)
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
        let mut query = Query::with(self.at());
        query.when_some("service.unit = ?", filter.unit);
        query.search("(service.code LIKE ? OR service.name LIKE ?)", filter.search.as_deref());
        let columns: &[&str] = match filter.page.sort {
            ServiceSort::Code => &["service.code"],
            ServiceSort::Name => &["service.name COLLATE NOCASE", "service.code"],
            ServiceSort::Unit => &["service.unit", "service.code"],
        };
        query.order(columns, filter.page.descending);
        query.limit(filter.page.limit);
        query.run(&self.transaction, &SELECT, read, each)
    }
}

impl Tx<'_> {
    /// Adds a service with the plan that prices it. The caller has checked that the code is free.
    pub fn insert_service(
        &mut self,
        code: ServiceCode,
        api_id: ApiId,
        plan: &Plan,
        details: ServiceDetails,
    ) -> Result<Service> {
        let at = self.at();
        columns::write(&self.transaction, &INSERT, |binder| {
            binder.value(&code)?;
            binder.value(&api_id)?;
            binder.value(plan.unit)?;
            binder.value(at)?;
            binder.value(at)?;
            details.bind(binder)
        })?;
        let id = self.transaction.last_insert_rowid();
        self.record_service_plan(id, plan.id, None)?;
        self.service(code.as_str())
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
