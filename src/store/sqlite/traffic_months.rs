//! The sums of traffic by month, account and unit. They follow from those of days.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{StateCounts, month_of};
use crate::store::sqlite::filter::Query;
use crate::store::sqlite::rows::write_rows;
use crate::store::{CountrySum, DaySum, MonthKey, Snapshot, Tx};

const SELECT: &str = "SELECT month, account_id, unit, pending, unknown, rejected, expired, undeliverable, delivered,
    parts, charge_e8 FROM traffic_month";
/// So many accounts may lie between two that are looked for, for reading all of them to be quicker.
const WORTH_READING: usize = 12;

/// Reads the columns of [`SELECT`].
fn read(row: &Row<'_>) -> rusqlite::Result<(MonthKey, DaySum)> {
    let key = MonthKey { month: row.get(0)?, account_id: row.get(1)?, unit: row.get(2)? };
    let counts = [row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?];
    Ok((key, DaySum { counts: StateCounts::new(counts), parts: row.get(9)?, charge: row.get(10)? }))
}

impl Snapshot<'_> {
    /// Hands every sum of a month to `each`, in order.
    pub(super) fn traffic_months<E: From<Error>>(
        &self,
        each: impl FnMut((MonthKey, DaySum)) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = Query::default();
        query.order(&["month", "account_id", "unit"], false);
        query.run(&self.transaction, SELECT, read, each)
    }

    /// What is known of sums of one month, which must stand in order; nothing where there are no messages.
    fn known_months(&self, sums: &[(MonthKey, DaySum)]) -> Result<Vec<DaySum>> {
        let (Some((first, _)), Some((last, _))) = (sums.first(), sums.last()) else { return Ok(Vec::new()) };
        let between = usize::try_from(last.account_id.saturating_sub(first.account_id)).unwrap_or(usize::MAX);
        if between / WORTH_READING > sums.len() {
            let sql = format!("{SELECT} WHERE month = ?1 AND account_id = ?2 AND unit = ?3");
            let mut statement = self.transaction.prepare_cached(&sql)?;
            let mut look = |(key, _): &(MonthKey, DaySum)| {
                let found = statement.query_row(params![key.month, key.account_id, key.unit], read).optional()?;
                Ok(found.map(|(_, sum)| sum).unwrap_or_default())
            };
            return sums.iter().map(&mut look).collect();
        }
        let mut query = Query::default();
        query.when("month = ?", first.month);
        query.when("account_id >= ?", first.account_id);
        query.when("account_id <= ?", last.account_id);
        query.order(&["month", "account_id", "unit"], false);
        let (mut known, mut at) = (vec![DaySum::default(); sums.len()], 0);
        query.run(&self.transaction, SELECT, read, |(key, sum)| {
            at += sums[at..].iter().take_while(|(wanted, _)| *wanted < key).count();
            if sums.get(at).is_some_and(|(wanted, _)| *wanted == key) {
                known[at] = sum;
            }
            Ok::<_, Error>(())
        })?;
        Ok(known)
    }

    /// The sums of each month as they follow from those of days, month by month.
    pub(super) fn months_of_days(
        &self,
        mut each: impl FnMut(i32, BTreeMap<MonthKey, DaySum>) -> Result<()>,
    ) -> Result<()> {
        let (mut of_month, mut month, mut day) = (BTreeMap::new(), i32::MIN, i32::MIN);
        self.account_days(i32::MIN..i32::MAX, |account| {
            if account.day > day {
                day = account.day;
                if month_of(day) > month {
                    each(month, std::mem::take(&mut of_month))?;
                    month = month_of(day);
                }
            }
            let account_id = account.account_id;
            account.countries().iter().try_for_each(|CountrySum { unit, sum, .. }| {
                of_month.entry(MonthKey { month, account_id, unit: *unit }).or_insert_with(DaySum::default).add(sum)
            })
        })?;
        each(month, of_month)
    }
}

impl Tx<'_> {
    /// Adds to the sums of months, accounts and units, which must stand in order; counts below zero take away. What has no
    /// messages any more is removed.
    pub fn add_to_months(&mut self, sums: &[(MonthKey, DaySum)]) -> Result<()> {
        let mut remove = self
            .transaction
            .prepare_cached("DELETE FROM traffic_month WHERE month = ? AND account_id = ? AND unit = ?")?;
        let mut after = Vec::with_capacity(sums.len());
        for of_month in sums.chunk_by(|(one, _), (next, _)| one.month == next.month) {
            let known = self.known_months(of_month)?;
            for ((key, added), mut sum) in of_month.iter().zip(known) {
                sum.add(added)?;
                if sum.counts.is_empty() {
                    remove.execute(params![key.month, key.account_id, key.unit])?;
                } else {
                    after.push((*key, sum));
                }
            }
        }
        let replace = |rows: usize| {
            let rows = vec!["(?,?,?,?,?,?,?,?,?,?,?)"; rows].join(",");
            format!("INSERT OR REPLACE INTO traffic_month VALUES {rows}")
        };
        write_rows(&self.transaction, &after, replace, |row, (key, sum)| {
            row.bind(key.month)?;
            row.bind(key.account_id)?;
            row.bind(key.unit)?;
            sum.counts.numbers().iter().try_for_each(|count| row.bind(count))?;
            row.bind(sum.parts)?;
            row.bind(sum.charge)
        })
    }

    /// Takes the sums of months from those of days anew.
    pub fn sum_up_months(&mut self) -> Result<()> {
        self.transaction.execute("DELETE FROM traffic_month", [])?;
        let mut months = Vec::new();
        self.months_of_days(|_, of_month| {
            months.extend(of_month);
            Ok(())
        })?;
        self.add_to_months(&months)
    }
}
