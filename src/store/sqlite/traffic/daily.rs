//! Reads sums of traffic for reports: by hour, day or month, of all accounts or a few.

use std::collections::BTreeSet;
use std::ops::Range;

use rusqlite::{Row, params};

use crate::error::{Error, Result};
use crate::store::sqlite::filter::Query;
use crate::store::sqlite::traffic::codec;
use crate::store::sqlite::traffic::codec::block_of;
use crate::store::sqlite::traffic::monthly::months_of;
use crate::store::sqlite::traffic::{blob, unreadable};
use crate::store::{
    CountrySum, DaySum, HourSum, MonthKey, Share, Snapshot, TrafficAccount, TrafficDetail, TrafficFilter, TrafficSpan,
    TrafficSum,
};

/// Hours of a day.
const DAY: i32 = 24;

/// Rows of sums: by what time and whose they are, and what is read of them.
struct Rows {
    key: &'static str,
    of: &'static str,
    columns: &'static str,
    table: &'static str,
}

const HOURS: Rows = Rows { key: "day", of: "account_id", columns: "account_id, day, hours", table: "traffic_daily" };
const COUNTRIES: Rows = Rows { columns: "account_id, day, countries", ..HOURS };
const MONTHS: Rows = Rows { key: "month", of: "block", columns: "month, block, sums", table: "traffic_monthly" };

const ACCOUNTS: &str = "SELECT smpp_account.id, system_id, customer_id, account_code, service.code
    FROM smpp_account
    JOIN customer ON customer.id = customer_id
    JOIN service ON service.id = service_id";

impl Snapshot<'_> {
    /// Passes the sums of a span to `each`, in no particular order. If a few accounts are named, each is looked up on its own,
    /// so the number of other accounts does not matter.
    pub fn traffic_sums<E: From<Error>>(
        &self,
        span: &TrafficSpan,
        accounts: Option<&[i64]>,
        detail: TrafficDetail,
        mut each: impl FnMut(TrafficSum) -> Result<(), E>,
    ) -> Result<(), E> {
        match span {
            TrafficSpan::Hours(hours) => {
                let days = hours.start.div_euclid(DAY)..(hours.end - 1).div_euclid(DAY) + 1;
                self.rows_of_span(&HOURS, days, accounts, |row| hours_of(row, hours, detail, &mut each))
            }
            TrafficSpan::Days(days) => {
                self.rows_of_span(&COUNTRIES, days.clone(), accounts, |row| countries_of(row, detail, &mut each))
            }
            TrafficSpan::Months(months) => {
                let accounts: Option<BTreeSet<i64>> = accounts.map(|accounts| accounts.iter().copied().collect());
                let blocks: Option<BTreeSet<i64>> =
                    accounts.as_ref().map(|accounts| accounts.iter().map(|account| block_of(*account)).collect());
                self.rows_of_span(&MONTHS, months.clone(), blocks.as_ref(), |row| {
                    months_of(row, |key, sum| match &accounts {
                        Some(accounts) if !accounts.contains(&key.account_id) => Ok(()),
                        _ => each(month(&key, &sum, detail)),
                    })
                })
            }
        }
    }

    /// Passes the rows of a range of a table to `each`: all, or those of a few accounts or blocks.
    fn rows_of_span<'a, E: From<Error>>(
        &self,
        rows: &Rows,
        range: Range<i32>,
        of: Option<impl IntoIterator<Item = &'a i64> + Copy>,
        mut each: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Rows { key, of: owner, columns, table } = rows;
        let which = if of.is_some() { format!("= ?1 AND {owner} = ?2") } else { format!(">= ?1 AND {key} < ?2") };
        let sql = format!("SELECT {columns} FROM {table} WHERE {key} {which}");
        let mut statement = self.transaction.prepare_cached(&sql).map_err(Error::from)?;
        let mut look = |first: i32, second: i64| -> Result<(), E> {
            let mut rows = statement.query(params![first, second]).map_err(Error::from)?;
            while let Some(row) = rows.next().map_err(Error::from)? {
                each(row)?;
            }
            Ok(())
        };
        match of {
            None => look(range.start, i64::from(range.end)),
            Some(of) => range.into_iter().try_for_each(|at| of.into_iter().try_for_each(|one| look(at, *one))),
        }
    }

    /// The accounts that match a filter, archived ones included, by ID.
    pub fn traffic_accounts(&self, filter: &TrafficFilter) -> Result<Vec<TrafficAccount>> {
        let mut query = Query::default();
        query.when_some("customer_id = ?", filter.customer_id);
        query.when_some("smpp_account.id = ?", filter.account_id);
        query.when_some("service_id = ?", filter.service_id);
        query.order(&["smpp_account.id"], false);
        let mut accounts = Vec::new();
        let read = |row: &Row<'_>| {
            Ok(TrafficAccount {
                id: row.get(0)?,
                system_id: row.get(1)?,
                customer_id: row.get(2)?,
                customer: row.get(3)?,
                service: row.get(4)?,
            })
        };
        query.run(&self.transaction, ACCOUNTS, read, |account| {
            accounts.push(account);
            Ok::<_, Error>(())
        })?;
        Ok(accounts)
    }
}

/// The sums of an account and day for the hours in a range.
fn hours_of<E: From<Error>>(
    row: &Row<'_>,
    range: &Range<i32>,
    detail: TrafficDetail,
    mut each: impl FnMut(TrafficSum) -> Result<(), E>,
) -> Result<(), E> {
    let (account_id, day): (i64, i32) = key(row)?;
    for hour in codec::hours(blob(row, 2)?) {
        let HourSum { hour, counts, parts } = hour.map_err(unreadable(account_id, day))?;
        if range.contains(&(day * DAY + i32::from(hour))) {
            each(TrafficSum { account_id: account_of(account_id, detail), counts, parts, share: None })?;
        }
    }
    Ok(())
}

/// The sums of an account and day by country, or in one sum if countries are not asked for.
fn countries_of<E: From<Error>>(
    row: &Row<'_>,
    detail: TrafficDetail,
    mut each: impl FnMut(TrafficSum) -> Result<(), E>,
) -> Result<(), E> {
    let (account_id, day): (i64, i32) = key(row)?;
    let mut day_sum = TrafficSum { account_id: account_of(account_id, detail), ..TrafficSum::default() };
    for country in codec::countries(blob(row, 2)?) {
        let CountrySum { country, unit, sum } = country.map_err(unreadable(account_id, day))?;
        let DaySum { counts, parts, charge } = sum;
        match detail {
            TrafficDetail::Total | TrafficDetail::Account => {
                day_sum.counts.add_all(&counts);
                day_sum.parts += parts;
            }
            TrafficDetail::Unit | TrafficDetail::Country => {
                each(TrafficSum { account_id, counts, parts, share: Some(Share { country, unit, charge }) })?;
            }
        }
    }
    if day_sum.counts.is_empty() { Ok(()) } else { each(day_sum) }
}

/// The account ID of a sum: 0 if accounts are not distinguished.
fn account_of(account_id: i64, detail: TrafficDetail) -> i64 {
    if detail == TrafficDetail::Total { 0 } else { account_id }
}

fn key(row: &Row<'_>) -> Result<(i64, i32)> {
    Ok((row.get(0)?, row.get(1)?))
}

/// The sum of an account, month and unit.
fn month(key: &MonthKey, sum: &DaySum, detail: TrafficDetail) -> TrafficSum {
    let DaySum { counts, parts, charge } = *sum;
    let share = match detail {
        TrafficDetail::Total | TrafficDetail::Account => None,
        TrafficDetail::Unit | TrafficDetail::Country => Some(Share { country: [0; 2], unit: key.unit, charge }),
    };
    TrafficSum { account_id: account_of(key.account_id, detail), counts, parts, share }
}
