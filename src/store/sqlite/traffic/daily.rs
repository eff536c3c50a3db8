//! Reads sums of traffic for reports: by quarter hour, day or month, of all accounts together, of each or of a few.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};
use std::sync::LazyLock;

use foldhash::HashMap;
use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::QuarterTraffic;
use crate::store::sqlite::filter::Query;
use crate::store::sqlite::price_history::service_of_account;
use crate::store::sqlite::traffic::codec::{block_of, countries};
use crate::store::sqlite::traffic::monthly::months_of;
use crate::store::sqlite::traffic::packed_days::{ALL_ACCOUNTS, PackedAccount, unreadable};
use crate::store::sqlite::traffic::sums::{A_DAY, accounts_of_row, quarters_of};
use crate::store::{
    CountrySum, DayPrice, DaySum, MonthKey, QuarterSum, Share, Snapshot, TrafficAccount, TrafficAccounts,
    TrafficDetail, TrafficFilter, TrafficSpan, TrafficSum,
};

static ACCOUNTS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT smpp_account.id, system_id, customer_id, account_code, service.code
         FROM smpp_account
         JOIN customer ON customer.id = customer_id
         JOIN service ON service.id = {}",
        service_of_account()
    )
});

impl Snapshot<'_> {
    /// Passes the sums of a span to `each`, in no particular order; a sum may come in several pieces. If a few accounts are named,
    /// each is looked up on its own, so the number of other accounts does not matter.
    pub fn traffic_sums<E: From<Error>>(
        &self,
        span: &TrafficSpan,
        accounts: TrafficAccounts<'_>,
        detail: TrafficDetail,
        mut each: impl FnMut(TrafficSum) -> Result<(), E>,
    ) -> Result<(), E> {
        match span {
            TrafficSpan::Quarters(quarters) => {
                let days = quarters.start.div_euclid(A_DAY)..(quarters.end - 1).div_euclid(A_DAY) + 1;
                self.packed_accounts(days, accounts, |account| {
                    quarters_of(account, |quarter, sum| {
                        if !quarters.contains(&quarter) {
                            return Ok(());
                        }
                        let (account_id, counts, parts) = (account.account_id, sum.counts, sum.parts);
                        each(TrafficSum { account_id, counts, parts, share: None })
                    })
                })
            }
            TrafficSpan::Days(days) => {
                self.packed_accounts(days.clone(), accounts, |account| countries_of(account, detail, &mut each))
            }
            TrafficSpan::Months(months) => self.monthly_sums(months, accounts, detail, each),
        }
    }

    /// Passes the quarter hours of a day to `each`, in no particular order; a sum may come in several pieces.
    pub fn quarters_of_day<E: From<Error>>(
        &self,
        day: i32,
        accounts: TrafficAccounts<'_>,
        mut each: impl FnMut(QuarterTraffic) -> Result<(), E>,
    ) -> Result<(), E> {
        self.packed_accounts(day..day + 1, accounts, |account| {
            let account_id = account.account_id;
            quarters_of(account, |quarter, QuarterSum { counts, parts, .. }| {
                each(QuarterTraffic { quarter, account_id, counts, parts })
            })
        })
    }

    /// Passes the encoded sums of some days to `each`: those of all accounts together, of each or of a few.
    fn packed_accounts<E: From<Error>>(
        &self,
        days: Range<i32>,
        accounts: TrafficAccounts<'_>,
        mut each: impl FnMut(&PackedAccount<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let few = match accounts {
            TrafficAccounts::Together => &[ALL_ACCOUNTS],
            TrafficAccounts::Few(few) => few,
            TrafficAccounts::Each => {
                let sql = "SELECT day, first, sums FROM traffic_daily WHERE day >= ?1 AND day < ?2 AND first <> ?3";
                let mut statement = self.transaction.prepare_cached(sql).map_err(Error::from)?;
                let mut rows = statement.query(params![days.start, days.end, ALL_ACCOUNTS]).map_err(Error::from)?;
                while let Some(row) = rows.next().map_err(Error::from)? {
                    accounts_of_row(row, |account| each(&account))?;
                }
                return Ok(());
            }
        };
        let sql = "SELECT day, layer FROM traffic_layer WHERE day >= ?1 AND day < ?2 AND kind = 'sums'";
        let mut layers = self.transaction.prepare_cached(sql).map_err(Error::from)?;
        let mut layers = layers.query([days.start, days.end]).map_err(Error::from)?;
        let sql = "SELECT day, first, sums FROM traffic_daily WHERE day = ?1 AND layer = ?2 AND first <= ?3
            ORDER BY first DESC LIMIT 1";
        let mut statement = self.transaction.prepare_cached(sql).map_err(Error::from)?;
        while let Some(layer) = layers.next().map_err(Error::from)? {
            let layer = || Ok::<(i32, i64), rusqlite::Error>((layer.get(0)?, layer.get(1)?));
            let (day, layer) = layer().map_err(Error::from)?;
            for account_id in few {
                let found =
                    statement.query_row(params![day, layer, account_id], |row| {
                        Ok(accounts_of_row(row, |account| {
                            if account.account_id == *account_id { each(&account) } else { Ok(()) }
                        }))
                    });
                found.optional().map_err(Error::from)?.transpose()?;
            }
        }
        Ok(())
    }

    fn monthly_sums<E: From<Error>>(
        &self,
        months: &Range<i32>,
        accounts: TrafficAccounts<'_>,
        detail: TrafficDetail,
        mut each: impl FnMut(TrafficSum) -> Result<(), E>,
    ) -> Result<(), E> {
        let account_of =
            |key: &MonthKey| if accounts == TrafficAccounts::Together { ALL_ACCOUNTS } else { key.account_id };
        let mut pass = |row: &Row<'_>| {
            months_of(row, |key, sum| match accounts {
                TrafficAccounts::Few(few) if !few.contains(&key.account_id) => Ok(()),
                _ => each(month(account_of(&key), &key, &sum, detail)),
            })
        };
        let TrafficAccounts::Few(few) = accounts else {
            let sql = "SELECT month, block, sums FROM traffic_monthly WHERE month >= ?1 AND month < ?2";
            let mut statement = self.transaction.prepare_cached(sql).map_err(Error::from)?;
            let mut rows = statement.query([months.start, months.end]).map_err(Error::from)?;
            while let Some(row) = rows.next().map_err(Error::from)? {
                pass(row)?;
            }
            return Ok(());
        };
        let blocks: BTreeSet<i64> = few.iter().map(|account_id| block_of(*account_id)).collect();
        let sql = "SELECT month, block, sums FROM traffic_monthly WHERE month = ?1 AND block = ?2";
        let mut statement = self.transaction.prepare_cached(sql).map_err(Error::from)?;
        for month in months.clone() {
            for block in &blocks {
                let found = statement.query_row(params![month, block], |row| Ok(pass(row)));
                found.optional().map_err(Error::from)?.transpose()?;
            }
        }
        Ok(())
    }

    /// For each account, the days of its messages in imports from before price plans, which do not say by which price they were
    /// charged; of the imports that have messages of a range of days.
    pub fn days_before_plans(&self, days: &Range<i32>) -> Result<HashMap<i64, Vec<RangeInclusive<i32>>>> {
        let sql = "SELECT account_id, import_account.first_day, import_account.last_day
             FROM import JOIN import_account ON import_id = import.id
             WHERE import.last_day >= ?1 AND import.first_day < ?2 AND prices_version IS NULL AND reverted_at IS NULL";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let mut rows = statement.query([days.start, days.end])?;
        let mut found: HashMap<i64, Vec<RangeInclusive<i32>>> = HashMap::default();
        while let Some(row) = rows.next()? {
            found.entry(row.get(0)?).or_default().push(row.get(1)?..=row.get(2)?);
        }
        Ok(found)
    }

    /// The accounts that match a filter, archived ones included, by ID.
    pub fn traffic_accounts(&self, filter: &TrafficFilter) -> Result<Vec<TrafficAccount>> {
        let mut query = Query::with(self.at());
        query.when_some("customer_id = ?", filter.customer_id);
        query.when_some("smpp_account.id = ?", filter.account_id);
        query.when_some("service.id = ?", filter.service_id);
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
        query.run(&self.transaction, &ACCOUNTS, read, |account| {
            accounts.push(account);
            Ok::<_, Error>(())
        })?;
        Ok(accounts)
    }
}

/// The sums of an account and day by country, or in one sum if countries are not asked for.
fn countries_of<E: From<Error>>(
    account: &PackedAccount<'_>,
    detail: TrafficDetail,
    mut each: impl FnMut(TrafficSum) -> Result<(), E>,
) -> Result<(), E> {
    let PackedAccount { day, account_id, .. } = *account;
    let mut day_sum = TrafficSum { account_id, ..TrafficSum::default() };
    for country in countries(account.countries) {
        let CountrySum { country, unit, detail: price, sum } = country.map_err(unreadable(account_id, day))?;
        let DaySum { counts, parts, charge } = sum;
        match detail {
            TrafficDetail::Messages => {
                day_sum.counts.add_all(&counts);
                day_sum.parts += parts;
            }
            TrafficDetail::Unit | TrafficDetail::Country | TrafficDetail::Price => {
                let price = (detail == TrafficDetail::Price).then_some(DayPrice { day, detail: price });
                each(TrafficSum { account_id, counts, parts, share: Some(Share { country, unit, charge, price }) })?;
            }
        }
    }
    if day_sum.counts.is_empty() && day_sum.parts == 0 { Ok(()) } else { each(day_sum) }
}

/// The sum of a month and unit.
fn month(account_id: i64, key: &MonthKey, sum: &DaySum, detail: TrafficDetail) -> TrafficSum {
    let DaySum { counts, parts, charge } = *sum;
    let share = match detail {
        TrafficDetail::Messages => None,
        TrafficDetail::Unit | TrafficDetail::Country | TrafficDetail::Price => {
            Some(Share { country: [0; 2], unit: key.unit, charge, price: None })
        }
    };
    TrafficSum { account_id, counts, parts, share }
}
