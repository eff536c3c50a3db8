//! The sums of traffic by hour, day and month, which reports are answered from.

use std::ops::Range;

use rusqlite::types::ToSql;
use rusqlite::{CachedStatement, Row};

use crate::error::{Error, Result};
use crate::model::{DayTraffic, HourTraffic, Money, StateCounts};
use crate::store::sqlite::filter::Query;
use crate::store::{DayKey, DaySum, MonthKey, Snapshot, Tx};

const SELECT_HOURS: &str =
    "SELECT pending, unknown, rejected, expired, undeliverable, delivered, parts, hour, account_id
    FROM traffic_hour";
const SELECT_DAYS: &str =
    "SELECT pending, unknown, rejected, expired, undeliverable, delivered, parts, day, account_id,
    country, unit, charge_e8 FROM traffic_day";
/// The sums of months as they follow from those of days, in the order of the columns.
pub(super) const MONTHS_OF_DAYS: &str =
    "SELECT (strftime('%Y', day * 86400, 'unixepoch') - 1970) * 12 + strftime('%m', day * 86400, 'unixepoch') - 1 AS month,
        account_id, unit, sum(pending), sum(unknown), sum(rejected), sum(expired), sum(undeliverable), sum(delivered),
        sum(parts), sum(charge_e8)
    FROM traffic_day GROUP BY 1, 2, 3";

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

/// How many rows one statement writes.
const ROWS_A_STATEMENT: usize = 40;

/// Sums of one table, which has columns for its key, then for the counts by state, the parts and, perhaps, the charge.
struct SumTable {
    name: &'static str,
    key: &'static [&'static str],
    has_charge: bool,
}

const HOURS: SumTable = SumTable { name: "traffic_hour", key: &["hour", "account_id"], has_charge: false };
const DAYS: SumTable =
    SumTable { name: "traffic_day", key: &["day", "account_id", "country", "unit"], has_charge: true };
const MONTHS: SumTable = SumTable { name: "traffic_month", key: &["month", "account_id", "unit"], has_charge: true };
const COUNTS: [&str; 6] = ["pending", "unknown", "rejected", "expired", "undeliverable", "delivered"];

impl SumTable {
    /// The statement that adds to so many sums.
    fn upsert(&self, rows: usize) -> String {
        let added = COUNTS.into_iter().chain(["parts"]).chain(self.has_charge.then_some("charge_e8"));
        let set: Vec<String> = added.map(|column| format!("{column} = {column} + excluded.{column}")).collect();
        let row = format!("({})", vec!["?"; self.key.len() + set.len()].join(","));
        let (name, rows) = (self.name, vec![row; rows].join(","));
        format!("INSERT OR FAIL INTO {name} VALUES {rows} ON CONFLICT DO UPDATE SET {}", set.join(", "))
    }

    /// The statement that removes a sum if it is of no message.
    fn remove(&self) -> String {
        let key: Vec<String> = self.key.iter().map(|column| format!("{column} = ?")).collect();
        let none: Vec<String> = COUNTS.iter().map(|column| format!("{column} = 0")).collect();
        format!("DELETE FROM {} WHERE {} AND {}", self.name, key.join(" AND "), none.join(" AND "))
    }
}

impl Tx<'_> {
    /// Adds to the sums of hours and accounts; counts below zero take away. A sum without messages is removed. It is quickest
    /// in the order of hours and accounts.
    pub fn add_to_hours(&mut self, sums: &[HourTraffic]) -> Result<()> {
        let key = |statement: &mut Binding<'_, '_>, sum: &HourTraffic| {
            statement.bind(sum.hour)?;
            statement.bind(sum.account_id)
        };
        self.add_to(&HOURS, sums, key, |sum| (sum.counts, sum.parts, None))
    }

    /// Adds to the sums of days, accounts, countries and units, likewise.
    pub fn add_to_days(&mut self, sums: &[(DayKey, DaySum)]) -> Result<()> {
        let key = |statement: &mut Binding<'_, '_>, (key, _): &(DayKey, DaySum)| {
            statement.bind(key.day)?;
            statement.bind(key.account_id)?;
            statement.bind(if key.country == [0; 2] { "" } else { str::from_utf8(&key.country)? })?;
            statement.bind(key.unit)
        };
        self.add_to(&DAYS, sums, key, |(_, sum)| (sum.counts, sum.parts, Some(sum.charge)))
    }

    /// Adds to the sums of months, accounts and units, likewise.
    pub fn add_to_months(&mut self, sums: &[(MonthKey, DaySum)]) -> Result<()> {
        let key = |statement: &mut Binding<'_, '_>, (key, _): &(MonthKey, DaySum)| {
            statement.bind(key.month)?;
            statement.bind(key.account_id)?;
            statement.bind(key.unit)
        };
        self.add_to(&MONTHS, sums, key, |(_, sum)| (sum.counts, sum.parts, Some(sum.charge)))
    }

    fn add_to<T>(
        &mut self,
        table: &SumTable,
        sums: &[T],
        key: impl Fn(&mut Binding<'_, '_>, &T) -> rusqlite::Result<()>,
        parts_of: impl Fn(&T) -> (StateCounts, i64, Option<Money>),
    ) -> Result<()> {
        self.add_in_rows(
            sums,
            |rows| table.upsert(rows),
            |statement, sum| {
                key(statement, sum)?;
                let (counts, parts, charge) = parts_of(sum);
                counts.numbers().iter().try_for_each(|count| statement.bind(count))?;
                statement.bind(parts)?;
                charge.map_or(Ok(()), |charge| statement.bind(charge))
            },
        )?;
        let mut remove = self.transaction.prepare_cached(&table.remove())?;
        for sum in sums.iter().filter(|sum| parts_of(sum).0.total() <= 0) {
            key(&mut Binding { statement: &mut remove, place: 0 }, sum)?;
            remove.raw_execute()?;
        }
        Ok(())
    }

    /// Takes the sums of months from those of days anew.
    pub fn sum_up_months(&mut self) -> Result<()> {
        self.transaction
            .execute_batch(&format!("DELETE FROM traffic_month; INSERT INTO traffic_month {MONTHS_OF_DAYS}"))?;
        Ok(())
    }

    /// Runs a statement of many rows as often as it takes, and one of a single row for what is left: a step for each row would
    /// take twice as long. A statement that says `OR FAIL` keeps no copies of the pages that it changes, to undo only itself:
    /// a transaction in which one fails is dropped.
    pub(super) fn add_in_rows<T>(
        &mut self,
        items: &[T],
        sql: impl Fn(usize) -> String,
        bind: impl Fn(&mut Binding<'_, '_>, &T) -> rusqlite::Result<()>,
    ) -> Result<()> {
        let whole = items.len() - items.len() % ROWS_A_STATEMENT;
        for (items, rows) in [(&items[..whole], ROWS_A_STATEMENT), (&items[whole..], 1)] {
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
