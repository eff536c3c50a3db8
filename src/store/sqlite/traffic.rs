//! The sums of traffic by hour and by day, which reports are answered from.

use std::ops::Range;

use rusqlite::{Row, params};

use crate::error::{Error, Result};
use crate::model::{DayTraffic, HourTraffic, Money, StateCounts};
use crate::store::sqlite::filter::Query;
use crate::store::{DayKey, Snapshot, Tx};

const SELECT_HOURS: &str =
    "SELECT pending, unknown, rejected, expired, undeliverable, delivered, parts, hour, account_id
    FROM traffic_hour";
const SELECT_DAYS: &str =
    "SELECT pending, unknown, rejected, expired, undeliverable, delivered, parts, day, account_id,
    country, unit, charge_e8 FROM traffic_day";

/// The counts by state, which stand first.
fn read_counts(row: &Row<'_>) -> rusqlite::Result<StateCounts> {
    Ok(StateCounts::new([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?]))
}

fn read_hour(row: &Row<'_>) -> rusqlite::Result<HourTraffic> {
    Ok(HourTraffic { counts: read_counts(row)?, parts: row.get(6)?, hour: row.get(7)?, account_id: row.get(8)? })
}

fn read_day(row: &Row<'_>) -> rusqlite::Result<DayTraffic> {
    let country = row.get_ref(9)?.as_str()?;
    Ok(DayTraffic {
        counts: read_counts(row)?,
        parts: row.get(6)?,
        day: row.get(7)?,
        account_id: row.get(8)?,
        country: if country.is_empty() { None } else { Some(row.get(9)?) },
        unit: row.get(10)?,
        charge: row.get(11)?,
    })
}

impl Snapshot<'_> {
    /// Hands the sums of every hour of a half-open range to `each`, by hour and account.
    pub fn traffic_hours<E: From<Error>>(
        &self,
        hours: Range<i32>,
        each: impl FnMut(HourTraffic) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = Query::default();
        query.when("hour >= ?", hours.start);
        query.when("hour < ?", hours.end);
        query.order(&["hour", "account_id"], false);
        query.run(&self.transaction, SELECT_HOURS, read_hour, each)
    }

    /// Hands the sums of every day of a half-open range to `each`, by day, account, country and unit.
    pub fn traffic_days<E: From<Error>>(
        &self,
        days: Range<i32>,
        each: impl FnMut(DayTraffic) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = Query::default();
        query.when("day >= ?", days.start);
        query.when("day < ?", days.end);
        query.order(&["day", "account_id", "country", "unit"], false);
        query.run(&self.transaction, SELECT_DAYS, read_day, each)
    }
}

impl Tx<'_> {
    /// Adds to the sum of an hour and account; counts below zero take away. A sum without messages is removed.
    pub fn add_to_hour(&mut self, hour: i32, account_id: i64, counts: StateCounts, parts: i64) -> Result<()> {
        let [pending, unknown, rejected, expired, undeliverable, delivered] = counts.numbers();
        self.transaction
            .prepare_cached(
                "INSERT INTO traffic_hour VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT DO UPDATE SET pending = pending + ?3, unknown = unknown + ?4, rejected = rejected + ?5,
                    expired = expired + ?6, undeliverable = undeliverable + ?7, delivered = delivered + ?8,
                    parts = parts + ?9",
            )?
            .execute(params![hour, account_id, pending, unknown, rejected, expired, undeliverable, delivered, parts])?;
        if counts.total() < 0 {
            self.transaction
                .prepare_cached(
                    "DELETE FROM traffic_hour WHERE hour = ?1 AND account_id = ?2
                     AND pending = 0 AND unknown = 0 AND rejected = 0 AND expired = 0 AND undeliverable = 0 AND delivered = 0",
                )?
                .execute(params![hour, account_id])?;
        }
        Ok(())
    }

    /// Adds to the sum of a day, account, country (empty for none) and unit; below zero takes away. A sum without messages
    /// is removed.
    pub fn add_to_day(&mut self, key: DayKey, counts: StateCounts, parts: i64, charge: Money) -> Result<()> {
        let DayKey { day, account_id, country, unit } = key;
        let [pending, unknown, rejected, expired, undeliverable, delivered] = counts.numbers();
        self.transaction
            .prepare_cached(
                "INSERT INTO traffic_day VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                 ON CONFLICT DO UPDATE SET pending = pending + ?5, unknown = unknown + ?6, rejected = rejected + ?7,
                    expired = expired + ?8, undeliverable = undeliverable + ?9, delivered = delivered + ?10,
                    parts = parts + ?11, charge_e8 = charge_e8 + ?12",
            )?
            .execute(params![
                day,
                account_id,
                country,
                unit,
                pending,
                unknown,
                rejected,
                expired,
                undeliverable,
                delivered,
                parts,
                charge
            ])?;
        if counts.total() < 0 {
            self.transaction
                .prepare_cached(
                    "DELETE FROM traffic_day WHERE day = ?1 AND account_id = ?2 AND country = ?3 AND unit = ?4
                     AND pending = 0 AND unknown = 0 AND rejected = 0 AND expired = 0 AND undeliverable = 0 AND delivered = 0",
                )?
                .execute(params![day, account_id, country, unit])?;
        }
        Ok(())
    }
}
