//! The sums of traffic by month, account and unit, which follow from the daily sums.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use rusqlite::{Connection, Row};

use crate::error::{Error, Result};
use crate::model::{day_of, first_day_of, month_of};
use crate::store::sqlite::bulk_insert::write_rows;
use crate::store::sqlite::traffic::blob;
use crate::store::sqlite::traffic::codec;
use crate::store::sqlite::traffic::codec::{Unreadable, block_of};
use crate::store::sqlite::traffic::runs::days_in;
use crate::store::sqlite::traffic::sums::account_days;
use crate::store::{CountrySum, DaySum, MonthKey, Snapshot, Tx};

/// The error for a row that cannot be decoded.
fn unreadable(month: i32) -> impl FnOnce(Unreadable) -> Error {
    move |Unreadable| {
        Error::Damaged(format!("the traffic of {} cannot be read", day_of(first_day_of(month)).strftime("%Y-%m")))
    }
}

/// Passes the sums of a row, whose first columns are month, block and sums, to `each`, in order.
pub(in crate::store::sqlite) fn months_of<E: From<Error>>(
    row: &Row<'_>,
    mut each: impl FnMut(MonthKey, DaySum) -> Result<(), E>,
) -> Result<(), E> {
    let key = || Ok::<(i32, i64), rusqlite::Error>((row.get(0)?, row.get(1)?));
    let (month, block) = key().map_err(Error::from)?;
    codec::months(month, block, blob(row, 2)?).try_for_each(|read| {
        let (key, sum) = read.map_err(unreadable(month))?;
        each(key, sum)
    })
}

impl Snapshot<'_> {
    /// Passes every monthly sum of some months to `each`, in order.
    pub(in crate::store::sqlite) fn traffic_months<E: From<Error>>(
        &self,
        months: RangeInclusive<i32>,
        mut each: impl FnMut(MonthKey, DaySum) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT month, block, sums FROM traffic_monthly WHERE month BETWEEN ?1 AND ?2 ORDER BY month, block";
        let mut statement = self.transaction.prepare(sql).map_err(Error::from)?;
        let mut rows = statement.query([months.start(), months.end()]).map_err(Error::from)?;
        while let Some(row) = rows.next().map_err(Error::from)? {
            months_of(row, &mut each)?;
        }
        Ok(())
    }

    /// Computes the sums of some months from the daily sums, month by month.
    pub(in crate::store::sqlite) fn months_of_days(
        &self,
        months: RangeInclusive<i32>,
        each: impl FnMut(i32, BTreeMap<MonthKey, DaySum>) -> Result<()>,
    ) -> Result<()> {
        months_of_days(&self.transaction, months, each)
    }
}

fn months_of_days(
    connection: &Connection,
    months: RangeInclusive<i32>,
    mut each: impl FnMut(i32, BTreeMap<MonthKey, DaySum>) -> Result<()>,
) -> Result<()> {
    let (mut of_month, mut month) = (BTreeMap::new(), i32::MIN);
    let days = days_in(connection, "traffic_daily", i32::MIN, i32::MAX - 1)?;
    for day in days.into_iter().filter(|day| months.contains(&month_of(*day))) {
        if month_of(day) > month {
            each(month, std::mem::take(&mut of_month))?;
            month = month_of(day);
        }
        account_days(connection, day, |account| {
            let account_id = account.account_id;
            account.countries().iter().try_for_each(|CountrySum { unit, sum, .. }| {
                of_month.entry(MonthKey { month, account_id, unit: *unit }).or_insert_with(DaySum::default).add(sum)
            })
        })?;
    }
    each(month, of_month)
}

/// Computes all monthly sums from the daily sums again.
pub(super) fn sum_up_months(connection: &Connection) -> Result<()> {
    connection.execute("DELETE FROM traffic_monthly", [])?;
    months_of_days(connection, i32::MIN..=i32::MAX, |_, of_month| {
        add_to_months(connection, &of_month.into_iter().collect::<Vec<_>>())
    })
}

/// Adds to the monthly sums; `sums` must be in order.
pub(in crate::store::sqlite) fn add_to_months(connection: &Connection, sums: &[(MonthKey, DaySum)]) -> Result<()> {
    let mut stored =
        connection.prepare_cached("SELECT month, block, sums FROM traffic_monthly WHERE month = ?1 AND block = ?2")?;
    let mut remove = connection.prepare_cached("DELETE FROM traffic_monthly WHERE month = ?1 AND block = ?2")?;
    let mut after = Vec::new();
    for added in sums.chunk_by(|(one, _), (next, _)| row_of(one) == row_of(next)) {
        let row @ (month, block) = row_of(&added[0].0);
        let mut of_block = Vec::with_capacity(added.len());
        let mut rows = stored.query(row)?;
        if let Some(row) = rows.next()? {
            months_of::<Error>(row, |key, sum| {
                of_block.push((key, sum));
                Ok(())
            })?;
        }
        added.iter().try_for_each(|(key, sum)| add(&mut of_block, *key, sum))?;
        let bytes = codec::pack_months(&of_block)?;
        if bytes.is_empty() {
            remove.execute(row)?;
        } else {
            after.push((month, block, bytes));
        }
    }
    let replace =
        |rows: usize| format!("INSERT OR REPLACE INTO traffic_monthly VALUES {}", vec!["(?,?,?)"; rows].join(","));
    write_rows(connection, &after, replace, |statement, (month, block, bytes)| {
        statement.bind(month)?;
        statement.bind(block)?;
        statement.bind(bytes)
    })
}

/// The row of a sum: its month and block of accounts.
fn row_of(key: &MonthKey) -> (i32, i64) {
    (key.month, block_of(key.account_id))
}

/// Adds to one of several sums, which are in order.
fn add(sums: &mut Vec<(MonthKey, DaySum)>, key: MonthKey, added: &DaySum) -> Result<()> {
    match sums.binary_search_by_key(&key, |(key, _)| *key) {
        Ok(at) => sums[at].1.add(added)?,
        Err(at) => sums.insert(at, (key, *added)),
    }
    Ok(())
}

impl Tx<'_> {
    /// Adds to the sums of months, accounts and units; they must be in order. Negative counts subtract; sums without messages
    /// are deleted.
    pub fn add_to_months(&mut self, sums: &[(MonthKey, DaySum)]) -> Result<()> {
        add_to_months(&self.transaction, sums)
    }

    /// Computes all monthly sums from the daily sums again.
    pub fn sum_up_months(&mut self) -> Result<()> {
        sum_up_months(&self.transaction)
    }
}
