//! The sums of traffic as reports add them up: of hours or of days, of every account or of a few.

use rusqlite::types::FromSqlError;
use rusqlite::{Row, params};

use crate::error::{Error, Result};
use crate::model::StateCounts;
use crate::store::sqlite::filter::Query;
use crate::store::{Share, Snapshot, TrafficAccount, TrafficDetail, TrafficFilter, TrafficSpan, TrafficSum};

const COUNTS: &str = "parts, pending, unknown, rejected, expired, undeliverable, delivered";
/// The database adds up quicker than it hands out.
const SUMS: &str =
    "sum(parts), sum(pending), sum(unknown), sum(rejected), sum(expired), sum(undeliverable), sum(delivered)";
const ACCOUNTS: &str = "SELECT smpp_account.id, system_id, customer_id, account_code, service.code
    FROM smpp_account
    JOIN customer ON customer.id = customer_id
    JOIN service ON service.id = service_id";

fn read_hour(row: &Row<'_>) -> rusqlite::Result<TrafficSum> {
    let counts = [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?];
    Ok(TrafficSum { account_id: row.get(0)?, parts: row.get(1)?, counts: StateCounts::new(counts), share: None })
}

/// The same with what a day or a month tells more.
fn read_share(row: &Row<'_>) -> rusqlite::Result<TrafficSum> {
    let country = match row.get_ref(8)?.as_str()?.as_bytes() {
        [] => [0; 2],
        &[first, second] => [first, second],
        _ => return Err(FromSqlError::InvalidType.into()),
    };
    let share = Some(Share { country, unit: row.get(9)?, charge: row.get(10)? });
    Ok(TrafficSum { share, ..read_hour(row)? })
}

/// The question for the sums of a span, between `?1` and `?2`, or of one hour, day or month and one account.
fn select(span: &TrafficSpan, detail: TrafficDetail, by_account: bool) -> String {
    let (key, table) = match span {
        TrafficSpan::Hours(_) => ("hour", "traffic_hour"),
        TrafficSpan::Days(_) => ("day", "traffic_day"),
        TrafficSpan::Months(_) => ("month", "traffic_month"),
    };
    let which = if by_account { "= ?1 AND account_id = ?2".to_owned() } else { format!(">= ?1 AND {key} < ?2") };
    match (span, detail) {
        (_, TrafficDetail::Total) => format!("SELECT 0, {SUMS} FROM {table} WHERE {key} {which} HAVING count(*) > 0"),
        // In the order of the table's key, so that nothing needs to be sorted.
        (TrafficSpan::Days(_), TrafficDetail::Account) => {
            format!("SELECT account_id, {SUMS} FROM {table} WHERE {key} {which} GROUP BY day, account_id")
        }
        (TrafficSpan::Days(_), TrafficDetail::Unit | TrafficDetail::Country) => {
            format!("SELECT account_id, {COUNTS}, country, unit, charge_e8 FROM {table} WHERE {key} {which}")
        }
        (TrafficSpan::Months(_), TrafficDetail::Unit | TrafficDetail::Country) => {
            format!("SELECT account_id, {COUNTS}, '', unit, charge_e8 FROM {table} WHERE {key} {which}")
        }
        (TrafficSpan::Hours(_) | TrafficSpan::Months(_), _) => {
            format!("SELECT account_id, {COUNTS} FROM {table} WHERE {key} {which}")
        }
    }
}

impl Snapshot<'_> {
    /// Hands the sums of a span to `each`, by time where they are not of all of it. With a few accounts named, each is looked
    /// up by itself, so that it does not matter how many others there are.
    pub fn traffic_sums<E: From<Error>>(
        &self,
        span: &TrafficSpan,
        accounts: Option<&[i64]>,
        detail: TrafficDetail,
        mut each: impl FnMut(TrafficSum) -> Result<(), E>,
    ) -> Result<(), E> {
        if accounts.is_some_and(<[i64]>::is_empty) {
            return Ok(());
        }
        let sql = select(span, detail, accounts.is_some());
        let mut statement = self.transaction.prepare_cached(&sql).map_err(Error::from)?;
        let (TrafficSpan::Hours(range) | TrafficSpan::Days(range) | TrafficSpan::Months(range)) = span;
        let read = match (span, detail) {
            (TrafficSpan::Hours(_), _) | (_, TrafficDetail::Total | TrafficDetail::Account) => read_hour,
            (_, TrafficDetail::Unit | TrafficDetail::Country) => read_share,
        };
        let mut look = |first: i32, second: i64| -> Result<(), E> {
            let mut rows = statement.query(params![first, second]).map_err(Error::from)?;
            while let Some(row) = rows.next().map_err(Error::from)? {
                each(read(row).map_err(Error::from)?)?;
            }
            Ok(())
        };
        match accounts {
            None => look(range.start, i64::from(range.end)),
            Some(accounts) => {
                range.clone().try_for_each(|at| accounts.iter().try_for_each(|account| look(at, *account)))
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
