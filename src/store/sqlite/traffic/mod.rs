//! Traffic: messages, and their sums by account and day, kept in step in the same transactions.
//!
//! This file reads and writes the daily sums (`traffic_daily`), `codec` encodes them, `monthly` keeps the sums by month,
//! `daily` reads both for reports, and `imports` keeps the files that the messages came from.

pub(in crate::store::sqlite) mod codec;
mod daily;
mod imports;
pub(in crate::store::sqlite) mod message_show;
mod messages;
pub(in crate::store::sqlite) mod monthly;
pub(in crate::store::sqlite) mod packed_message;

use std::borrow::Cow;
use std::ops::Range;

use rusqlite::{CachedStatement, Connection, Row};

use crate::error::{Error, Result};
use crate::model::{DayTraffic, HourTraffic, day_of};
use crate::store::sqlite::bulk_insert::write_rows;
use crate::store::sqlite::traffic::codec::{PackedDay, PackedDays, Unreadable};
use crate::store::{AccountDay, CountrySum, HourSum, Snapshot, Tx};

const SELECT: &str = "SELECT day, account_id, hours, countries FROM traffic_daily";

/// The error for a row that cannot be decoded.
pub(in crate::store::sqlite) fn unreadable(account_id: i64, day: i32) -> impl FnOnce(Unreadable) -> Error {
    move |Unreadable| {
        Error::Damaged(format!("the traffic of SMPP account {account_id} on {} cannot be read", day_of(day)))
    }
}

/// Reads the columns of [`SELECT`].
fn read(row: &Row<'_>) -> Result<AccountDay> {
    let of_day = AccountDay::new(row.get(0)?, row.get(1)?);
    unpack(of_day, blob(row, 2)?, blob(row, 3)?)
}

/// Decodes hours and countries into an empty day.
fn unpack(mut of_day: AccountDay, hours: &[u8], countries: &[u8]) -> Result<AccountDay> {
    let (account_id, day) = (of_day.account_id, of_day.day);
    for hour in codec::hours(hours) {
        of_day.add_hour(&hour.map_err(unreadable(account_id, day))?)?;
    }
    for country in codec::countries(countries) {
        of_day.add_country(&country.map_err(unreadable(account_id, day))?)?;
    }
    Ok(of_day)
}

/// The bytes of a column.
pub(in crate::store::sqlite) fn blob<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a [u8]> {
    let bytes = row.get_ref(column)?.as_blob();
    bytes.map_err(|_| Error::Damaged(format!("column {column} of a row of traffic holds no bytes")))
}

impl Snapshot<'_> {
    /// Passes the sums of every account and day of a half-open range to `each`, by day and account.
    pub fn account_days<E: From<Error>>(
        &self,
        days: Range<i32>,
        mut each: impl FnMut(AccountDay) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!("{SELECT} WHERE day >= ?1 AND day < ?2 ORDER BY day, account_id");
        let mut statement = self.transaction.prepare_cached(&sql).map_err(Error::from)?;
        let mut rows = statement.query([days.start, days.end]).map_err(Error::from)?;
        while let Some(row) = rows.next().map_err(Error::from)? {
            each(read(row)?)?;
        }
        Ok(())
    }

    /// Passes every hourly sum of a half-open range of days to `each`, by hour and account.
    pub fn traffic_hours<E: From<Error>>(
        &self,
        days: Range<i32>,
        mut each: impl FnMut(HourTraffic) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut of_day, mut day): (Vec<HourTraffic>, _) = (Vec::new(), i32::MIN);
        let mut hand_out = |of_day: &mut Vec<HourTraffic>| {
            // They arrive by account.
            of_day.sort_by_key(|sum| sum.hour);
            of_day.drain(..).try_for_each(&mut each)
        };
        self.hours_of_accounts::<E>(days, |sum| {
            if sum.hour.div_euclid(24) > day {
                day = sum.hour.div_euclid(24);
                hand_out(&mut of_day)?;
            }
            of_day.push(sum);
            Ok(())
        })?;
        hand_out(&mut of_day)
    }

    /// Number of messages submitted on a day.
    pub(in crate::store::sqlite) fn messages_of_day(&self, day: i32) -> Result<i64> {
        let mut messages = 0;
        self.hours_of_accounts(day..day + 1, |sum| {
            messages += sum.counts.total();
            Ok::<_, Error>(())
        })?;
        Ok(messages)
    }

    /// Passes every hourly sum of a half-open range of days to `each`, by day, account and hour.
    fn hours_of_accounts<E: From<Error>>(
        &self,
        days: Range<i32>,
        mut each: impl FnMut(HourTraffic) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql =
            "SELECT day, account_id, hours FROM traffic_daily WHERE day >= ?1 AND day < ?2 ORDER BY day, account_id";
        let mut statement = self.transaction.prepare_cached(sql).map_err(Error::from)?;
        let mut rows = statement.query([days.start, days.end]).map_err(Error::from)?;
        while let Some(row) = rows.next().map_err(Error::from)? {
            let key = || Ok::<(i32, i64), rusqlite::Error>((row.get(0)?, row.get(1)?));
            let (day, account_id) = key().map_err(Error::from)?;
            for hour in codec::hours(blob(row, 2)?) {
                let HourSum { hour, counts, parts } = hour.map_err(unreadable(account_id, day))?;
                each(HourTraffic { hour: day * 24 + i32::from(hour), account_id, counts, parts })?;
            }
        }
        Ok(())
    }

    /// Passes every daily sum of a half-open range to `each`, by day, account, country and unit.
    pub fn traffic_days<E: From<Error>>(
        &self,
        days: Range<i32>,
        mut each: impl FnMut(DayTraffic) -> Result<(), E>,
    ) -> Result<(), E> {
        self.account_days(days, |account| {
            account.countries().iter().try_for_each(|CountrySum { country, unit, sum }| {
                let letters = str::from_utf8(country).ok().filter(|_| *country != [0; 2]);
                let country = letters.map(|code| code.parse().map_err(|rule| Error::invalid("country", code, rule)));
                each(DayTraffic {
                    day: account.day,
                    account_id: account.account_id,
                    country: country.transpose()?,
                    unit: *unit,
                    counts: sum.counts,
                    parts: sum.parts,
                    charge: sum.charge,
                })
            })
        })
    }
}

/// Adds to the sums of days and accounts, each at most once. Fastest in the order of days and accounts.
pub(in crate::store::sqlite) fn add_to_days(connection: &Connection, sums: &[AccountDay]) -> Result<()> {
    let mut stored = connection.prepare_cached(&format!("{SELECT} WHERE day = ?1 AND account_id = ?2"))?;
    let mut remove = connection.prepare_cached("DELETE FROM traffic_daily WHERE day = ?1 AND account_id = ?2")?;
    let mut after = PackedDays::default();
    for added in sums {
        let mut sum = Cow::Borrowed(added);
        if let Some(before) = account_day(&mut stored, added)? {
            sum.to_mut().add(&before)?;
        }
        if !after.add(&sum)? {
            remove.execute((sum.day, sum.account_id))?;
        }
    }
    write(connection, &after, &after.rows, Or::Replace)
}

/// Like [`add_to_days`], with encoded sums. On a day without sums, no lookup is needed.
fn add_packed(connection: &Connection, sums: &PackedDays) -> Result<()> {
    for of_day in sums.rows.chunk_by(|one, next| one.day == next.day) {
        let is_begun =
            connection.prepare_cached("SELECT 1 FROM traffic_daily WHERE day = ?1")?.exists([of_day[0].day])?;
        if is_begun {
            let unpacked = of_day
                .iter()
                .map(|row| unpack(AccountDay::new(row.day, row.account_id), sums.hours(row), sums.countries(row)));
            add_to_days(connection, &unpacked.collect::<Result<Vec<_>>>()?)?;
        } else {
            write(connection, sums, of_day, Or::Fail)?;
        }
    }
    Ok(())
}

/// Writes some of the rows.
fn write(connection: &Connection, packed: &PackedDays, rows: &[PackedDay], or: Or) -> Result<()> {
    let or = match or {
        Or::Fail => "FAIL",
        Or::Replace => "REPLACE",
    };
    let sql = |rows| format!("INSERT OR {or} INTO traffic_daily VALUES {}", vec!["(?,?,?,?)"; rows].join(","));
    write_rows(connection, rows, sql, |statement, row| {
        statement.bind(row.day)?;
        statement.bind(row.account_id)?;
        statement.bind(packed.hours(row))?;
        statement.bind(packed.countries(row))
    })
}

/// What an INSERT does with a row that exists.
#[derive(Clone, Copy)]
enum Or {
    Fail,
    Replace,
}

/// The stored sums of an account and day, if any.
fn account_day(stored: &mut CachedStatement<'_>, of: &AccountDay) -> Result<Option<AccountDay>> {
    let mut rows = stored.query((of.day, of.account_id))?;
    rows.next()?.map(read).transpose()
}

impl Tx<'_> {
    /// Adds to the sums of days and accounts, each at most once. Negative counts subtract; sums without messages are deleted.
    /// Fastest in the order of days and accounts.
    ///
    /// # Errors
    /// [`Error::Damaged`] when a sum would become negative.
    pub fn add_to_days(&mut self, sums: &[AccountDay]) -> Result<()> {
        add_to_days(&self.transaction, sums)
    }

    /// Adds encoded sums, each account and day at most once. Fastest in the order of days and accounts.
    pub fn add_packed_days(&mut self, sums: &PackedDays) -> Result<()> {
        add_packed(&self.transaction, sums)
    }
}
