//! Price plans: finding, listing, adding and changing them. `prices` has what they cost and who uses them.

use std::sync::LazyLock;

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{EntityKind, Plan, PlanBasis, PlanCode, PlanDetails, Unit};
use crate::store::sqlite::columns::{self, Columns, RowReader, columns};
use crate::store::sqlite::filter::{Query, nearest};
use crate::store::{PlanFilter, PlanSort, Snapshot, Tx};

columns! {
    PlanDetails in "plan" {
        value name: "name",
    }
}

static SELECT: LazyLock<String> = LazyLock::new(|| {
    format!("SELECT id, code, unit, basis, created_at, updated_at, archived_at{} FROM plan", PlanDetails::SELECTED)
});

static INSERT: LazyLock<String> =
    LazyLock::new(|| columns::insert("plan", "code, unit, basis, created_at, updated_at", PlanDetails::WRITTEN));

static UPDATE: LazyLock<String> =
    LazyLock::new(|| columns::update("plan", "updated_at, archived_at", PlanDetails::WRITTEN));

fn read(row: &Row<'_>) -> rusqlite::Result<Plan> {
    let mut row = RowReader::new(row);
    Ok(Plan {
        id: row.value()?,
        code: row.value()?,
        unit: row.value()?,
        basis: row.value()?,
        created_at: row.value()?,
        updated_at: row.value()?,
        archived_at: row.value()?,
        details: Columns::read(&mut row)?,
    })
}

impl Snapshot<'_> {
    /// The plan of a code in any case.
    pub fn plan(&self, code: &str) -> Result<Plan> {
        match self.plan_named(code)? {
            Some(plan) => Ok(plan),
            None => Err(Error::NotFound {
                entity: EntityKind::Plan,
                name: code.to_owned(),
                nearest: nearest(&self.transaction, "SELECT code FROM plan", code)?,
            }),
        }
    }

    /// The plan that [`Self::plan`] finds, or `None`.
    pub fn plan_named(&self, code: &str) -> Result<Option<Plan>> {
        let sql = format!("{} WHERE code = ?1", *SELECT);
        Ok(self.transaction.prepare_cached(&sql)?.query_row(params![code], read).optional()?)
    }

    /// The plan of a row.
    pub fn plan_of(&self, id: i64) -> Result<Plan> {
        let sql = format!("{} WHERE id = ?1", *SELECT);
        Ok(self.transaction.prepare_cached(&sql)?.query_row([id], read)?)
    }

    /// Passes every plan that matches the filter to `each`, in order.
    pub fn plans<E: From<Error>>(&self, filter: &PlanFilter, each: impl FnMut(Plan) -> Result<(), E>) -> Result<(), E> {
        let mut query = Query::default();
        query.archive_filter("archived_at", filter.archive_filter);
        query.when_some("unit = ?", filter.unit);
        query.search("(code LIKE ? OR name LIKE ?)", filter.search.as_deref());
        let columns: &[&str] = match filter.page.sort {
            PlanSort::Code => &["code"],
            PlanSort::Name => &["name COLLATE NOCASE", "code"],
            PlanSort::Unit => &["unit", "code"],
            PlanSort::UpdatedAt => &["updated_at", "id"],
        };
        query.order(columns, filter.page.descending);
        query.limit(filter.page.limit);
        query.run(&self.transaction, &SELECT, read, each)
    }
}

impl Tx<'_> {
    /// Adds a plan. The caller has checked that the code is free.
    pub fn insert_plan(
        &mut self,
        code: PlanCode,
        (unit, basis): (Unit, PlanBasis),
        details: PlanDetails,
    ) -> Result<Plan> {
        let at = self.at();
        columns::write(&self.transaction, &INSERT, |binder| {
            binder.value(&code)?;
            binder.value(unit)?;
            binder.value(basis)?;
            binder.value(at)?;
            binder.value(at)?;
            details.bind(binder)
        })?;
        let id = self.transaction.last_insert_rowid();
        Ok(Plan { id, code, unit, basis, details, created_at: at, updated_at: at, archived_at: None })
    }

    /// Saves the details of a plan, and whether it is archived.
    pub fn update_plan(&mut self, plan: &Plan) -> Result<()> {
        columns::write(&self.transaction, &UPDATE, |binder| {
            binder.value(plan.updated_at)?;
            binder.value(plan.archived_at)?;
            plan.details.bind(binder)?;
            binder.value(plan.id)
        })?;
        Ok(())
    }
}
