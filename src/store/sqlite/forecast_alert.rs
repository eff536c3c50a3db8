//! Forecast alerts: when a warning about what traffic forecasts was raised, and when it ended.

use std::sync::LazyLock;

use rusqlite::{Row, params};

use crate::error::{Error, Result};
use crate::model::{Customer, ForecastAlert, ForecastCause, ForecastFigures, ForecastKind, OutboxEmail, Unit, Warning};
use crate::store::sqlite::filter::Query;
use crate::store::sqlite::warning;
use crate::store::{OutboxFilter, Snapshot, Tx};

const SELECT: &str =
    "SELECT forecast_alert.id, forecast_alert.customer_id, customer.account_code, unit, kind, account_id,
        smpp_account.system_id, raised, cause, balance_e8, forecast_at, recent, usual, at
     FROM forecast_alert LEFT JOIN customer ON customer.id = forecast_alert.customer_id
     LEFT JOIN smpp_account ON smpp_account.id = account_id";

/// The alerts that are raised now: the last of each warning, kind and account, if it did not end. The bare columns of a group are
/// those of its newest row.
static RAISED: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{SELECT} WHERE raised AND forecast_alert.id IN
            (SELECT max(id) FROM forecast_alert GROUP BY customer_id, unit, kind, account_id)
         ORDER BY forecast_alert.id"
    )
});

fn read(row: &Row<'_>) -> rusqlite::Result<ForecastAlert> {
    let (code, unit): (Option<_>, Option<_>) = (row.get(2)?, row.get(3)?);
    Ok(ForecastAlert {
        id: row.get(0)?,
        customer_id: row.get(1)?,
        of: code.zip(unit),
        kind: row.get(4)?,
        account_id: row.get(5)?,
        account: row.get(6)?,
        raised: row.get(7)?,
        cause: row.get(8)?,
        figures: ForecastFigures { balance: row.get(9)?, at: row.get(10)?, recent: row.get(11)?, usual: row.get(12)? },
        at: row.get(13)?,
    })
}

/// What a forecast warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ForecastKey {
    /// The warning: customer ID and unit; `None` for nobody's traffic.
    pub warning: Option<(i64, Unit)>,
    pub kind: ForecastKind,
    pub account_id: Option<i64>,
}

impl ForecastKey {
    /// The key of an alert.
    pub fn of(alert: &ForecastAlert) -> Self {
        let unit = alert.of.as_ref().map(|(_, unit)| *unit);
        Self { warning: alert.customer_id.zip(unit), kind: alert.kind, account_id: alert.account_id }
    }
}

impl Snapshot<'_> {
    /// The active warnings of active customers that ask for a forecast, by customer and unit.
    pub fn forecast_warnings(&self) -> Result<Vec<Warning>> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "{} WHERE active AND customer.archived_at IS NULL
                AND (days_left IS NOT NULL OR surge IS NOT NULL OR silent_hours IS NOT NULL)
             ORDER BY customer.account_code, warning.unit",
            *warning::SELECT
        ))?;
        let warnings = statement.query_map([], warning::read)?;
        Ok(warnings.collect::<rusqlite::Result<_>>()?)
    }

    /// The forecast alerts that are raised, oldest first.
    pub fn raised_forecasts(&self) -> Result<Vec<ForecastAlert>> {
        let mut statement = self.transaction.prepare_cached(&RAISED)?;
        let alerts = statement.query_map([], read)?;
        Ok(alerts.collect::<rusqlite::Result<_>>()?)
    }

    /// The forecast alerts of a customer's balance, newest first.
    pub fn forecast_alerts(&self, customer: &Customer, unit: Unit) -> Result<Vec<ForecastAlert>> {
        let mut query = Query::default();
        query.when("forecast_alert.customer_id = ?", customer.id);
        query.when("unit = ?", unit);
        query.order(&["forecast_alert.id"], true);
        let mut alerts = Vec::new();
        query.run_often(&self.transaction, SELECT, read, |alert| {
            alerts.push(alert);
            Ok::<_, Error>(())
        })?;
        Ok(alerts)
    }

    /// The unit of the balance of a forecast alert.
    pub fn unit_of_forecast(&self, id: i64) -> Result<Option<Unit>> {
        let mut statement = self.transaction.prepare_cached("SELECT unit FROM forecast_alert WHERE id = ?1")?;
        Ok(statement.query_row([id], |row| row.get(0))?)
    }

    /// The emails of an alert.
    pub fn emails_of_forecast(&self, alert: &ForecastAlert) -> Result<Vec<OutboxEmail>> {
        self.emails_of(&OutboxFilter { forecast_alert_id: Some(alert.id), ..OutboxFilter::default() })
    }

    /// All forecast alerts, oldest first.
    pub(super) fn every_forecast_alert(&self) -> Result<Vec<ForecastAlert>> {
        let mut statement = self.transaction.prepare(&format!("{SELECT} ORDER BY forecast_alert.id"))?;
        let alerts = statement.query_map([], read)?;
        Ok(alerts.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// Records that a forecast warning was raised or has ended.
    pub fn insert_forecast_alert(
        &mut self,
        key: ForecastKey,
        raised: bool,
        cause: ForecastCause,
        figures: &ForecastFigures,
    ) -> Result<ForecastAlert> {
        let at = self.at();
        let (customer_id, unit) = key.warning.unzip();
        let ForecastFigures { balance, at: forecast_at, recent, usual } = figures;
        self.transaction
            .prepare_cached(
                "INSERT INTO forecast_alert (id, customer_id, unit, kind, account_id, raised, cause, balance_e8, forecast_at,
                    recent, usual, at)
                 VALUES ((SELECT coalesce(max(id), 0) + 1 FROM forecast_alert), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                customer_id,
                unit,
                key.kind,
                key.account_id,
                raised,
                cause,
                balance,
                forecast_at,
                recent,
                usual,
                at
            ])?;
        let id = self.transaction.last_insert_rowid();
        let mut statement = self.transaction.prepare_cached(&format!("{SELECT} WHERE forecast_alert.id = ?1"))?;
        Ok(statement.query_row([id], read)?)
    }
}
