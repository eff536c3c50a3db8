//! Low-balance warnings, and the crossings of their thresholds.

use std::sync::LazyLock;

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{Crossing, CrossingCause, Customer, Level, Money, Unit, Warning, WarningDetails};
use crate::store::sqlite::columns::{self, Columns, RowReader, columns};
use crate::store::sqlite::filter::Query;
use crate::store::{Snapshot, Tx};

columns! {
    WarningDetails in "warning" {
        value upper: "upper_e8",
        value lower: "lower_e8",
        value notify_customer: "notify_customer",
        list to: "customer_recipients",
        list internal: "internal_recipients",
        value notify_recovery: "notify_recovery",
        value active: "active",
        value days_left: "days_left",
        value surge: "surge",
        value silent: "silent_hours",
        value traffic_to_customer: "traffic_to_customer",
    }
}

pub(super) static SELECT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT warning.customer_id, customer.account_code, warning.unit, state, warning.updated_at{}, balance.balance_e8
         FROM warning JOIN customer ON customer.id = warning.customer_id
         LEFT JOIN balance ON balance.customer_id = warning.customer_id AND balance.unit = warning.unit",
        WarningDetails::SELECTED
    )
});

static UPSERT: LazyLock<String> = LazyLock::new(|| {
    let insert = columns::insert("warning", "customer_id, unit, updated_at", WarningDetails::WRITTEN);
    let changed = columns::each(WarningDetails::WRITTEN, |column| format!("{column} = excluded.{column}"));
    format!("{insert} ON CONFLICT DO UPDATE SET updated_at = excluded.updated_at, {changed}")
});

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Warning> {
    Ok(read_with_balance(row)?.0)
}

fn read_with_balance(row: &Row<'_>) -> rusqlite::Result<(Warning, Option<Money>)> {
    let mut row = RowReader::new(row);
    let warning = Warning {
        customer_id: row.value()?,
        customer: row.value()?,
        unit: row.value()?,
        state: row.value()?,
        updated_at: row.value()?,
        details: Columns::read(&mut row)?,
    };
    Ok((warning, row.value()?))
}

const SELECT_CROSSING: &str =
    "SELECT crossing.id, crossing.customer_id, customer.account_code, unit, from_state, to_state, cause,
    balance_e8, at FROM crossing JOIN customer ON customer.id = crossing.customer_id";

fn read_crossing(row: &Row<'_>) -> rusqlite::Result<Crossing> {
    Ok(Crossing {
        id: row.get(0)?,
        customer_id: row.get(1)?,
        customer: row.get(2)?,
        unit: row.get(3)?,
        from: row.get(4)?,
        to: row.get(5)?,
        cause: row.get(6)?,
        balance: row.get(7)?,
        at: row.get(8)?,
    })
}

/// A threshold crossing that no check has recorded yet: the state of the warning is not the one its balance implies.
#[derive(Debug)]
pub struct UnrecordedCrossing {
    /// Customer and unit as stored, so that a warning that cannot be read can still be named.
    pub name: String,
    /// The warning and its balance, or why they cannot be read.
    pub warning: Result<(Warning, Money)>,
}

impl Snapshot<'_> {
    /// The warning of a customer's balance in a unit, if there is one.
    pub fn warning(&self, customer: &Customer, unit: Unit) -> Result<Option<Warning>> {
        Ok(self
            .transaction
            .prepare_cached(&format!("{} WHERE warning.customer_id = ?1 AND warning.unit = ?2", *SELECT))?
            .query_row(params![customer.id, unit], read)
            .optional()?)
    }

    /// The warnings of a customer, by unit.
    pub fn warnings_of(&self, customer: &Customer) -> Result<Vec<Warning>> {
        let mut statement = self
            .transaction
            .prepare_cached(&format!("{} WHERE warning.customer_id = ?1 ORDER BY warning.unit", *SELECT))?;
        let warnings = statement.query_map([customer.id], read)?;
        Ok(warnings.collect::<rusqlite::Result<_>>()?)
    }

    /// Active warnings of active customers whose state is not the one their balance implies, by account code and unit.
    ///
    /// SQL compares balance and thresholds, so that a check reads only what changed, however many warnings there are.
    pub fn unrecorded_crossings(&self) -> Result<Vec<UnrecordedCrossing>> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "{} WHERE balance_e8 IS NOT NULL AND active AND customer.archived_at IS NULL AND state <> CASE
                WHEN balance_e8 <= lower_e8 THEN 'lower' WHEN balance_e8 <= upper_e8 THEN 'upper' ELSE 'ok' END
             ORDER BY customer.account_code, warning.unit",
            *SELECT
        ))?;
        let crossings = statement.query_map([], |row| {
            let text = |column| {
                Ok::<_, rusqlite::Error>(String::from_utf8_lossy(row.get_ref(column)?.as_bytes()?).into_owned())
            };
            let warning = read_with_balance(row)
                .map(|(warning, balance)| (warning, balance.unwrap_or_default()))
                .map_err(Error::from);
            Ok(UnrecordedCrossing { name: format!("{} {}", text(1)?, text(2)?), warning })
        })?;
        Ok(crossings.collect::<rusqlite::Result<_>>()?)
    }

    /// All warnings, those of archived customers included.
    pub(super) fn every_warning(&self) -> Result<Vec<Warning>> {
        let mut statement = self.transaction.prepare(&SELECT)?;
        let warnings = statement.query_map([], read)?;
        Ok(warnings.collect::<rusqlite::Result<_>>()?)
    }

    /// The unit of the balance that crossed a threshold.
    pub fn unit_of_crossing(&self, id: i64) -> Result<Unit> {
        let mut statement = self.transaction.prepare_cached("SELECT unit FROM crossing WHERE id = ?1")?;
        Ok(statement.query_row([id], |row| row.get(0))?)
    }

    /// All crossings, oldest first.
    pub(super) fn every_crossing(&self) -> Result<Vec<Crossing>> {
        let mut statement = self.transaction.prepare(&format!("{SELECT_CROSSING} ORDER BY crossing.id"))?;
        let crossings = statement.query_map([], read_crossing)?;
        Ok(crossings.collect::<rusqlite::Result<_>>()?)
    }

    /// The crossings of a warning, newest first.
    pub fn crossings(&self, customer_id: i64, unit: Unit) -> Result<Vec<Crossing>> {
        let mut query = Query::default();
        query.when("crossing.customer_id = ?", customer_id);
        query.when("unit = ?", unit);
        query.order(&["crossing.id"], true);
        let mut crossings = Vec::new();
        query.run_often(&self.transaction, SELECT_CROSSING, read_crossing, |crossing| {
            crossings.push(crossing);
            Ok::<_, Error>(())
        })?;
        Ok(crossings)
    }
}

impl Tx<'_> {
    /// Saves the details of a warning. A new one begins with the state `ok`.
    pub fn set_warning(&mut self, customer: &Customer, unit: Unit, details: &WarningDetails) -> Result<()> {
        let at = self.at();
        columns::write(&self.transaction, &UPSERT, |binder| {
            binder.value(customer.id)?;
            binder.value(unit)?;
            binder.value(at)?;
            details.bind(binder)
        })?;
        Ok(())
    }

    /// Deletes a warning that has neither crossings nor forecast alerts; says whether it did.
    pub fn delete_warning(&mut self, customer: &Customer, unit: Unit) -> Result<bool> {
        let deleted = self
            .transaction
            .prepare_cached(
                "DELETE FROM warning WHERE customer_id = ?1 AND unit = ?2 AND NOT EXISTS
                    (SELECT 1 FROM crossing WHERE crossing.customer_id = ?1 AND crossing.unit = ?2)
                    AND NOT EXISTS
                    (SELECT 1 FROM forecast_alert WHERE forecast_alert.customer_id = ?1 AND forecast_alert.unit = ?2)",
            )?
            .execute(params![customer.id, unit])?;
        Ok(deleted > 0)
    }

    /// Changes a warning's state, and records the crossing.
    pub fn insert_crossing(
        &mut self,
        warning: &Warning,
        to: Level,
        cause: CrossingCause,
        balance: Money,
    ) -> Result<Crossing> {
        let at = self.at();
        self.transaction
            .prepare_cached("UPDATE warning SET state = ?3 WHERE customer_id = ?1 AND unit = ?2")?
            .execute(params![warning.customer_id, warning.unit, to])?;
        self.transaction
            .prepare_cached(
                "INSERT INTO crossing (id, customer_id, unit, from_state, to_state, cause, balance_e8, at, entry_id, accrual_id)
                 VALUES ((SELECT coalesce(max(id), 0) + 1 FROM crossing), ?1, ?2, ?3, ?4, ?5, ?6, ?7,
                    (SELECT max(id) FROM entry WHERE customer_id = ?1 AND unit = ?2), (SELECT max(id) FROM accrual))",
            )?
            .execute(params![warning.customer_id, warning.unit, warning.state, to, cause, balance, at])?;
        Ok(Crossing {
            id: self.transaction.last_insert_rowid(),
            customer_id: warning.customer_id,
            customer: warning.customer.clone(),
            unit: warning.unit,
            from: warning.state,
            to,
            cause,
            balance,
            at,
        })
    }
}
