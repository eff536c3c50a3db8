//! Warnings of low balances, and their crossings.

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{Crossing, CrossingCause, Customer, Level, Money, Unit, Warning, WarningDetails};
use crate::store::sqlite::filter::Query;
use crate::store::sqlite::values::{from_json, to_json};
use crate::store::{Snapshot, Tx};

const SELECT: &str =
    "SELECT warning.customer_id, customer.account_code, warning.unit, upper_e8, lower_e8, notify_customer,
    customer_recipients, internal_recipients, notify_recovery, active, state, warning.updated_at, balance.balance_e8
    FROM warning JOIN customer ON customer.id = warning.customer_id
    LEFT JOIN balance ON balance.customer_id = warning.customer_id AND balance.unit = warning.unit";

fn read(row: &Row<'_>) -> rusqlite::Result<Warning> {
    Ok(Warning {
        customer_id: row.get(0)?,
        customer: row.get(1)?,
        unit: row.get(2)?,
        details: WarningDetails {
            upper: row.get(3)?,
            lower: row.get(4)?,
            notify_customer: row.get(5)?,
            to: from_json(row, 6)?,
            internal: from_json(row, 7)?,
            notify_recovery: row.get(8)?,
            active: row.get(9)?,
        },
        state: row.get(10)?,
        updated_at: row.get(11)?,
    })
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
            .prepare_cached(&format!("{SELECT} WHERE warning.customer_id = ?1 AND warning.unit = ?2"))?
            .query_row(params![customer.id, unit], read)
            .optional()?)
    }

    /// The warnings of a customer, by unit.
    pub fn warnings_of(&self, customer: &Customer) -> Result<Vec<Warning>> {
        let mut statement = self
            .transaction
            .prepare_cached(&format!("{SELECT} WHERE warning.customer_id = ?1 ORDER BY warning.unit"))?;
        let warnings = statement.query_map([customer.id], read)?;
        Ok(warnings.collect::<rusqlite::Result<_>>()?)
    }

    /// Active warnings of active customers whose state is not the one their balance implies, by account code and unit.
    ///
    /// SQL compares balance and thresholds, so that a check reads only what changed, however many warnings there are.
    pub fn unrecorded_crossings(&self) -> Result<Vec<UnrecordedCrossing>> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "{SELECT} WHERE balance_e8 IS NOT NULL AND active AND customer.archived_at IS NULL AND state <> CASE
                WHEN balance_e8 <= lower_e8 THEN 'lower' WHEN balance_e8 <= upper_e8 THEN 'upper' ELSE 'ok' END
             ORDER BY customer.account_code, warning.unit"
        ))?;
        let crossings = statement.query_map([], |row| {
            let text = |column| {
                Ok::<_, rusqlite::Error>(String::from_utf8_lossy(row.get_ref(column)?.as_bytes()?).into_owned())
            };
            let warning = read(row).and_then(|warning| Ok((warning, row.get(12)?))).map_err(Error::from);
            Ok(UnrecordedCrossing { name: format!("{} {}", text(1)?, text(2)?), warning })
        })?;
        Ok(crossings.collect::<rusqlite::Result<_>>()?)
    }

    /// All warnings, those of archived customers included.
    pub(super) fn every_warning(&self) -> Result<Vec<Warning>> {
        let mut statement = self.transaction.prepare(SELECT)?;
        let warnings = statement.query_map([], read)?;
        Ok(warnings.collect::<rusqlite::Result<_>>()?)
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
        query.run(&self.transaction, SELECT_CROSSING, read_crossing, |crossing| {
            crossings.push(crossing);
            Ok::<_, Error>(())
        })?;
        Ok(crossings)
    }
}

impl Tx<'_> {
    /// Saves the details of a warning, making it with the state `ok` if it is not there.
    pub fn set_warning(&mut self, customer: &Customer, unit: Unit, details: &WarningDetails) -> Result<()> {
        let at = self.at();
        self.transaction
            .prepare_cached(
                "INSERT INTO warning (customer_id, unit, upper_e8, lower_e8, notify_customer, customer_recipients,
                    internal_recipients, notify_recovery, active, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT DO UPDATE SET upper_e8 = excluded.upper_e8, lower_e8 = excluded.lower_e8,
                    notify_customer = excluded.notify_customer, customer_recipients = excluded.customer_recipients,
                    internal_recipients = excluded.internal_recipients, notify_recovery = excluded.notify_recovery,
                    active = excluded.active, updated_at = excluded.updated_at",
            )?
            .execute(params![
                customer.id,
                unit,
                details.upper,
                details.lower,
                details.notify_customer,
                to_json(&details.to)?,
                to_json(&details.internal)?,
                details.notify_recovery,
                details.active,
                at,
            ])?;
        Ok(())
    }

    /// Records that a warning's state changed, and changes it.
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
                "INSERT INTO crossing (id, customer_id, unit, from_state, to_state, cause, balance_e8, at, entry_id)
                 VALUES ((SELECT coalesce(max(id), 0) + 1 FROM crossing), ?1, ?2, ?3, ?4, ?5, ?6, ?7,
                    (SELECT max(id) FROM entry WHERE customer_id = ?1 AND unit = ?2))",
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
