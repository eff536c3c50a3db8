//! The sums of traffic as reports add them up: of hours or of days, of every account or of a few.

use std::ops::Range;

use rusqlite::types::FromSqlError;
use rusqlite::{Row, params};

use crate::error::{Error, Result};
use crate::model::StateCounts;
use crate::store::sqlite::filter::Query;
use crate::store::{DayShare, Snapshot, TrafficAccount, TrafficFilter, TrafficSpan, TrafficSum};

const HOURS: &str = "SELECT account_id, parts, pending, unknown, rejected, expired, undeliverable, delivered
    FROM traffic_hour WHERE hour";
const DAYS: &str = "SELECT account_id, parts, pending, unknown, rejected, expired, undeliverable, delivered,
    country, unit, charge_e8 FROM traffic_day WHERE day";
const ACCOUNTS: &str = "SELECT smpp_account.id, system_id, customer_id, account_code, service.code
    FROM smpp_account
    JOIN customer ON customer.id = customer_id
    JOIN service ON service.id = service_id";

fn read_hour(row: &Row<'_>) -> rusqlite::Result<TrafficSum> {
    let counts = [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?];
    Ok(TrafficSum { account_id: row.get(0)?, parts: row.get(1)?, counts: StateCounts::new(counts), of_day: None })
}

fn read_day(row: &Row<'_>) -> rusqlite::Result<TrafficSum> {
    let country = match row.get_ref(8)?.as_str()?.as_bytes() {
        [] => [0; 2],
        &[first, second] => [first, second],
        _ => return Err(FromSqlError::InvalidType.into()),
    };
    let of_day = Some(DayShare { country, unit: row.get(9)?, charge: row.get(10)? });
    Ok(TrafficSum { of_day, ..read_hour(row)? })
}

impl Snapshot<'_> {
    /// Hands every sum of a span to `each`, by time. With a few accounts named, each is looked up by itself, so that it
    /// does not matter how many others there are.
    pub fn traffic_sums<E: From<Error>>(
        &self,
        span: &TrafficSpan,
        accounts: Option<&[i64]>,
        each: impl FnMut(TrafficSum) -> Result<(), E>,
    ) -> Result<(), E> {
        match span {
            TrafficSpan::Hours(hours) => self.sums(HOURS, hours, accounts, read_hour, each),
            TrafficSpan::Days(days) => self.sums(DAYS, days, accounts, read_day, each),
        }
    }

    fn sums<E: From<Error>>(
        &self,
        select: &str,
        span: &Range<i32>,
        accounts: Option<&[i64]>,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<TrafficSum>,
        mut each: impl FnMut(TrafficSum) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = match accounts {
            None => format!("{select} >= ?1 AND {} < ?2", select.rsplit(' ').next().unwrap_or_default()),
            Some(_) => format!("{select} = ?1 AND account_id = ?2"),
        };
        let mut statement = self.transaction.prepare_cached(&sql).map_err(Error::from)?;
        let mut look = |values: (i32, i64)| -> Result<(), E> {
            let mut rows = statement.query(params![values.0, values.1]).map_err(Error::from)?;
            while let Some(row) = rows.next().map_err(Error::from)? {
                each(read(row).map_err(Error::from)?)?;
            }
            Ok(())
        };
        match accounts {
            None => look((span.start, i64::from(span.end))),
            Some(accounts) => {
                span.clone().try_for_each(|at| accounts.iter().try_for_each(|account| look((at, *account))))
            }
        }
    }

    /// The accounts that a filter keeps, archived ones included, by number.
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
