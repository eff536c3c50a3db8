//! What was recorded about prices: rows of `price`, `service_plan`, `account_service` and `overlay`, which share one sequence of
//! IDs. `prices` compiles them.

use std::collections::BTreeMap;

use rusqlite::{Row, ToSql, params};

use crate::error::Result;
use crate::model::{Effective, Money, OverlayOwner, PriceDestination, PriceRow, PricesVersion, Time};
use crate::store::{Snapshot, Tx};

/// The largest ID of the sequence.
const LAST_ID: &str =
    "SELECT max(coalesce((SELECT max(id) FROM price), 0), coalesce((SELECT max(id) FROM service_plan), 0),
    coalesce((SELECT max(id) FROM account_service), 0), coalesce((SELECT max(id) FROM overlay), 0))";

const SELECT_PRICE: &str = "SELECT id, destination, price_e8, effective_from, recorded_at FROM price";

/// The SELECT of the value that is in force at `?1`: `value` of the row of `table` that matches `condition` and counts.
pub(super) fn in_force(value: &str, table: &str, condition: &str) -> String {
    format!(
        "(SELECT {value} FROM {table} WHERE {condition} AND (effective_from IS NULL OR effective_from <= ?1)
          ORDER BY effective_from DESC, {table}.id DESC LIMIT 1)"
    )
}

/// The ID of the service that an account has at `?1`.
pub(super) fn service_of_account() -> String {
    let changed = in_force("account_service.service_id", "account_service", "account_id = smpp_account.id");
    format!("coalesce({changed}, smpp_account.service_id)")
}

/// A table in which a subject has a value from a time on.
#[derive(Debug, Clone, Copy)]
pub(super) struct History {
    table: &'static str,
    subject: &'static str,
    value: &'static str,
}

pub(super) const SERVICE_PLANS: History = History { table: "service_plan", subject: "service_id", value: "plan_id" };
pub(super) const ACCOUNT_SERVICES: History =
    History { table: "account_service", subject: "account_id", value: "service_id" };
pub(super) const CUSTOMER_OVERLAYS: History = History { table: "overlay", subject: "customer_id", value: "plan_id" };
pub(super) const ACCOUNT_OVERLAYS: History = History { table: "overlay", subject: "account_id", value: "plan_id" };

/// The values of each subject, in the order in which they were recorded.
pub(super) type HistoryRows = BTreeMap<i64, Vec<Effective<Option<i64>>>>;

fn read_price(row: &Row<'_>) -> rusqlite::Result<PriceRow> {
    Ok(PriceRow {
        id: row.get(0)?,
        destination: row.get(1)?,
        price: row.get(2)?,
        effective_from: row.get(3)?,
        recorded_at: row.get(4)?,
    })
}

impl Snapshot<'_> {
    /// The version of prices that has everything that was recorded so far.
    pub fn prices_version(&self) -> Result<PricesVersion> {
        Ok(PricesVersion(self.transaction.prepare_cached(LAST_ID)?.query_row([], |row| row.get(0))?))
    }

    /// The prices of a plan up to a version, in the order in which they were recorded.
    pub fn price_rows(&self, plan_id: i64, version: PricesVersion) -> Result<Vec<PriceRow>> {
        let sql = format!("{SELECT_PRICE} WHERE plan_id = ?1 AND id <= ?2 ORDER BY id");
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let rows = statement.query_map([plan_id, version.0], read_price)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The prices of a plan for one destination, in the order in which they were recorded.
    pub fn price_rows_of(&self, plan_id: i64, destination: &PriceDestination) -> Result<Vec<PriceRow>> {
        let sql = format!("{SELECT_PRICE} WHERE plan_id = ?1 AND destination = ?2 ORDER BY id");
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let rows = statement.query_map(params![plan_id, destination], read_price)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The price of an ID.
    pub fn price_row(&self, id: i64) -> Result<PriceRow> {
        let sql = format!("{SELECT_PRICE} WHERE id = ?1");
        Ok(self.transaction.prepare_cached(&sql)?.query_row([id], read_price)?)
    }

    /// The plans of a service, by ID, in the order in which they were recorded.
    pub fn service_plans(&self, service_id: i64) -> Result<Vec<Effective<i64>>> {
        self.history_of(SERVICE_PLANS, service_id).map(without_none)
    }

    /// The services of an account, by ID, in the order in which they were recorded. The first is the one that it began with.
    pub fn account_services(&self, account_id: i64) -> Result<Vec<Effective<i64>>> {
        let first = "SELECT service_id FROM smpp_account WHERE id = ?1";
        let value = self.transaction.prepare_cached(first)?.query_row([account_id], |row| row.get(0))?;
        let changes = without_none(self.history_of(ACCOUNT_SERVICES, account_id)?);
        Ok([Effective { id: 0, from: None, value }].into_iter().chain(changes).collect())
    }

    /// The overlays of a customer or an account, by the IDs of their plans, in the order in which they were recorded.
    pub fn overlays(&self, owner: OverlayOwner) -> Result<Vec<Effective<Option<i64>>>> {
        let (history, id) = history_of_owner(owner);
        self.history_of(history, id)
    }

    /// The IDs of the services that a plan prices, priced or will price.
    pub fn services_with_plan(&self, plan_id: i64) -> Result<Vec<i64>> {
        let sql = "SELECT DISTINCT service_id FROM service_plan WHERE plan_id = ?1 ORDER BY service_id";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let ids = statement.query_map([plan_id], |row| row.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// The customers and accounts whose overlay a plan is, was or will be.
    pub fn owners_of_overlay(&self, plan_id: i64) -> Result<Vec<OverlayOwner>> {
        let sql = "SELECT DISTINCT customer_id, account_id FROM overlay WHERE plan_id = ?1 ORDER BY 1, 2";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let read = |row: &Row<'_>| {
            let customer: Option<i64> = row.get(0)?;
            Ok(match customer {
                Some(id) => OverlayOwner::Customer(id),
                None => OverlayOwner::Account(row.get(1)?),
            })
        };
        let owners = statement.query_map([plan_id], read)?;
        Ok(owners.collect::<rusqlite::Result<_>>()?)
    }

    fn history_of(&self, history: History, subject: i64) -> Result<Vec<Effective<Option<i64>>>> {
        let rows = self.history_rows(history, PricesVersion(i64::MAX), Some(subject))?;
        Ok(rows.into_values().next().unwrap_or_default())
    }

    /// The values of one subject, or of all, up to a version.
    pub(super) fn history_rows(
        &self,
        history: History,
        version: PricesVersion,
        subject: Option<i64>,
    ) -> Result<HistoryRows> {
        let History { table, subject: column, value } = history;
        let condition = if subject.is_some() { "= ?2" } else { "IS NOT ?2" };
        let sql = format!(
            "SELECT {column}, id, effective_from, {value} FROM {table} WHERE {column} {condition} AND id <= ?1 ORDER BY id"
        );
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let mut rows = statement.query(params![version.0, subject])?;
        let mut found = HistoryRows::new();
        while let Some(row) = rows.next()? {
            let recorded = Effective { id: row.get(1)?, from: row.get(2)?, value: row.get(3)? };
            found.entry(row.get(0)?).or_default().push(recorded);
        }
        Ok(found)
    }
}

fn history_of_owner(owner: OverlayOwner) -> (History, i64) {
    match owner {
        OverlayOwner::Customer(id) => (CUSTOMER_OVERLAYS, id),
        OverlayOwner::Account(id) => (ACCOUNT_OVERLAYS, id),
    }
}

/// The rows of a history whose values are never NULL.
pub(super) fn without_none(rows: Vec<Effective<Option<i64>>>) -> Vec<Effective<i64>> {
    let some = |row: Effective<Option<i64>>| row.value.map(|value| row.map(|_| value));
    rows.into_iter().filter_map(some).collect()
}

impl Tx<'_> {
    /// Records a price of a plan, or that it has none from a time on. The caller has checked the price.
    pub fn record_price(
        &mut self,
        plan_id: i64,
        destination: PriceDestination,
        price: Option<Money>,
        effective_from: Option<Time>,
    ) -> Result<PriceRow> {
        let (id, recorded_at) = (self.next_price_id()?, self.at());
        self.transaction
            .prepare_cached(
                "INSERT INTO price (id, plan_id, destination, price_e8, effective_from, recorded_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![id, plan_id, destination, price, effective_from, recorded_at])?;
        Ok(PriceRow { id, destination, price, effective_from, recorded_at })
    }

    /// Records the plan of a service from a time on.
    pub fn record_service_plan(&mut self, service_id: i64, plan_id: i64, from: Option<Time>) -> Result<()> {
        self.record_value(SERVICE_PLANS, service_id, Some(plan_id), from)
    }

    /// Records the service of an account from a time on.
    pub fn record_account_service(&mut self, account_id: i64, service_id: i64, from: Option<Time>) -> Result<()> {
        self.record_value(ACCOUNT_SERVICES, account_id, Some(service_id), from)
    }

    /// Records the overlay of a customer or an account from a time on, or that it has none.
    pub fn record_overlay(&mut self, owner: OverlayOwner, plan_id: Option<i64>, from: Option<Time>) -> Result<()> {
        let (history, id) = history_of_owner(owner);
        self.record_value(history, id, plan_id, from)
    }

    fn record_value(&mut self, history: History, subject: i64, value: Option<i64>, from: Option<Time>) -> Result<()> {
        let History { table, subject: subject_column, value: value_column } = history;
        let sql = format!(
            "INSERT INTO {table} (id, {subject_column}, {value_column}, effective_from, recorded_at) VALUES (?, ?, ?, ?, ?)"
        );
        let values: [&dyn ToSql; 5] = [&self.next_price_id()?, &subject, &value, &from, &self.at()];
        self.transaction.prepare_cached(&sql)?.execute(values)?;
        Ok(())
    }

    /// The next ID of the sequence. Nobody else can take it: there is one writer at a time.
    fn next_price_id(&self) -> Result<i64> {
        Ok(self.prices_version()?.0 + 1)
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use crate::store::sqlite::schema::{self, PLANS, STEPS, Step};

    #[test]
    fn the_price_of_each_service_becomes_the_default_of_a_plan() {
        let mut connection = Connection::open_in_memory().expect("opened");
        let before: Vec<Step> = STEPS
            .iter()
            .filter(|step| step.version < PLANS)
            .map(|step| Step { version: step.version, sql: step.sql })
            .collect();
        schema::apply(&before, &mut connection).expect("the older schema");
        connection
            .execute_batch(
                "INSERT INTO service VALUES (7, 'euro', lower(hex(randomblob(18))), 'Euro', 'EUR', 4200000, '2026-01-01', '2026-02-02')",
            )
            .expect("a service");
        schema::apply(STEPS, &mut connection).expect("migrated");
        let rows = |sql: &str| -> Vec<String> {
            let mut statement = connection.prepare(sql).expect(sql);
            let rows = statement.query_map([], |row| row.get(0)).expect(sql);
            rows.collect::<rusqlite::Result<_>>().expect(sql)
        };
        let plans = "SELECT format('%d %s %s %s %s', id, code, name, unit, created_at) FROM plan WHERE id > 1";
        assert_eq!(rows(plans), ["7 euro Euro EUR 2026-01-01"]);
        let prices = "SELECT format('%d %d %s %d %s', id, plan_id, destination, price_e8,
            coalesce(effective_from, recorded_at)) FROM price WHERE plan_id > 1";
        assert_eq!(rows(prices), ["3 7 default 4200000 2026-02-02"]);
        assert_eq!(rows("SELECT format('%d %d %d', id, service_id, plan_id) FROM service_plan"), ["2 1 1", "4 7 7"]);
        assert_eq!(rows("SELECT price_source FROM service"), ["file", "file"]);
    }
}
