//! The sums of traffic by hour and by day, which reports are answered from.

use std::ops::Range;

use rusqlite::types::ToSql;
use rusqlite::{CachedStatement, Row, params};

use crate::error::{Error, Result};
use crate::model::{DayTraffic, HourTraffic, StateCounts};
use crate::store::sqlite::filter::Query;
use crate::store::{DayKey, DaySum, Snapshot, Tx};

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

/// How many sums one statement adds to.
const SUMS_A_STATEMENT: usize = 40;

impl Tx<'_> {
    /// Adds to the sums of hours and accounts; counts below zero take away. A sum without messages is removed. It is quickest
    /// in the order of hours and accounts.
    pub fn add_to_hours(&mut self, sums: &[HourTraffic]) -> Result<()> {
        let upsert = |rows: usize| {
            format!(
                "INSERT INTO traffic_hour VALUES {}
                 ON CONFLICT DO UPDATE SET pending = pending + excluded.pending, unknown = unknown + excluded.unknown,
                    rejected = rejected + excluded.rejected, expired = expired + excluded.expired,
                    undeliverable = undeliverable + excluded.undeliverable, delivered = delivered + excluded.delivered,
                    parts = parts + excluded.parts",
                vec!["(?,?,?,?,?,?,?,?,?)"; rows].join(",")
            )
        };
        self.add_in_rows(sums, upsert, |statement, sum| {
            statement.bind(sum.hour)?;
            statement.bind(sum.account_id)?;
            sum.counts.numbers().iter().try_for_each(|count| statement.bind(count))?;
            statement.bind(sum.parts)
        })?;
        let mut remove = self.transaction.prepare_cached(
            "DELETE FROM traffic_hour WHERE hour = ?1 AND account_id = ?2
             AND pending = 0 AND unknown = 0 AND rejected = 0 AND expired = 0 AND undeliverable = 0 AND delivered = 0",
        )?;
        for sum in sums.iter().filter(|sum| sum.counts.total() <= 0) {
            remove.execute(params![sum.hour, sum.account_id])?;
        }
        Ok(())
    }

    /// Adds to the sums of days, accounts, countries and units, likewise.
    pub fn add_to_days(&mut self, sums: &[(DayKey, DaySum)]) -> Result<()> {
        let upsert = |rows: usize| {
            format!(
                "INSERT INTO traffic_day VALUES {}
                 ON CONFLICT DO UPDATE SET pending = pending + excluded.pending, unknown = unknown + excluded.unknown,
                    rejected = rejected + excluded.rejected, expired = expired + excluded.expired,
                    undeliverable = undeliverable + excluded.undeliverable, delivered = delivered + excluded.delivered,
                    parts = parts + excluded.parts, charge_e8 = charge_e8 + excluded.charge_e8",
                vec!["(?,?,?,?,?,?,?,?,?,?,?,?)"; rows].join(",")
            )
        };
        self.add_in_rows(sums, upsert, |statement, (key, sum)| {
            statement.bind(key.day)?;
            statement.bind(key.account_id)?;
            statement.bind(key.country)?;
            statement.bind(key.unit)?;
            sum.counts.numbers().iter().try_for_each(|count| statement.bind(count))?;
            statement.bind(sum.parts)?;
            statement.bind(sum.charge)
        })?;
        let mut remove = self.transaction.prepare_cached(
            "DELETE FROM traffic_day WHERE day = ?1 AND account_id = ?2 AND country = ?3 AND unit = ?4
             AND pending = 0 AND unknown = 0 AND rejected = 0 AND expired = 0 AND undeliverable = 0 AND delivered = 0",
        )?;
        for (key, _) in sums.iter().filter(|(_, sum)| sum.counts.total() <= 0) {
            remove.execute(params![key.day, key.account_id, key.country, key.unit])?;
        }
        Ok(())
    }

    /// Runs a statement of many rows as often as it takes, and one of a single row for what is left: a step for each row would
    /// take twice as long.
    pub(super) fn add_in_rows<T>(
        &mut self,
        items: &[T],
        sql: impl Fn(usize) -> String,
        bind: impl Fn(&mut Binding<'_, '_>, &T) -> rusqlite::Result<()>,
    ) -> Result<()> {
        let whole = items.len() - items.len() % SUMS_A_STATEMENT;
        for (items, rows) in [(&items[..whole], SUMS_A_STATEMENT), (&items[whole..], 1)] {
            if items.is_empty() {
                continue;
            }
            let mut statement = self.transaction.prepare_cached(&sql(rows))?;
            for items in items.chunks(rows) {
                let mut binding = Binding { statement: &mut statement, place: 0 };
                items.iter().try_for_each(|item| bind(&mut binding, item))?;
                statement.raw_execute()?;
            }
        }
        Ok(())
    }
}

/// A statement whose values are bound one after the other.
pub(super) struct Binding<'s, 'c> {
    statement: &'s mut CachedStatement<'c>,
    place: usize,
}

impl Binding<'_, '_> {
    pub(super) fn bind(&mut self, value: impl ToSql) -> rusqlite::Result<()> {
        self.place += 1;
        self.statement.raw_bind_parameter(self.place, value)
    }
}
