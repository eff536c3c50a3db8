//! Accrued charges: writing them with the balances that they change, and adding up what is not posted yet.
//!
//! A balance knows its first accrual that is not posted, and each entry of accrued charges knows the first and the last that it
//! posted. So the accruals of a balance are looked up one by one in a range that is a day long at most, as a rule.

use std::ops::RangeInclusive;

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{
    Accrual, AccrualSource, AccruedCharge, AccruedLine, AccruedSum, Balance, Money, Time, Unit, day_of_second,
};
use crate::store::sqlite::bulk_insert::write_rows;
use crate::store::sqlite::ledger::accrual_chain::{AccrualHash, columns_of};
use crate::store::sqlite::ledger::chain::GENESIS;
use crate::store::{Snapshot, Tx};

const SELECT: &str = "SELECT id, import_id, reverted, reprice_id, at, hash FROM accrual";

fn read(row: &Row<'_>) -> rusqlite::Result<Accrual> {
    let source = match (row.get(3)?, row.get(2)?) {
        (Some(reprice), _) => AccrualSource::Reprice(reprice),
        (None, true) => AccrualSource::Revert(row.get(1)?),
        (None, false) => AccrualSource::Import(row.get(1)?),
    };
    Ok(Accrual { id: row.get(0)?, source, at: row.get(4)?, hash: row.get(5)? })
}

/// A charge and its accrual.
#[derive(Debug, Clone)]
pub struct AccrualLine {
    pub accrual: Accrual,
    /// The first and the last day of the import's messages, or of the span that was repriced.
    pub days: Option<(i32, i32)>,
    pub charge: AccruedCharge,
}

impl Snapshot<'_> {
    /// The last accrual, if there is one. Its number and hash, kept outside the database, reveal charges that were changed.
    pub fn last_accrual(&self) -> Result<Option<Accrual>> {
        let mut statement = self.transaction.prepare_cached(&format!("{SELECT} ORDER BY id DESC LIMIT 1"))?;
        Ok(statement.query_row([], read).optional()?)
    }

    /// The accrual with this number, if there is one.
    pub fn accrual(&self, id: i64) -> Result<Option<Accrual>> {
        let mut statement = self.transaction.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
        Ok(statement.query_row([id], read).optional()?)
    }

    /// The number of the last accrual that is dated before a time, or 0.
    pub fn last_accrual_before(&self, time: Time) -> Result<i64> {
        let sql = "SELECT id FROM accrual WHERE at < ?1 ORDER BY at DESC, id DESC LIMIT 1";
        let mut statement = self.transaction.prepare_cached(sql)?;
        Ok(statement.query_row([time], |row| row.get(0)).optional()?.unwrap_or(0))
    }

    /// The number of the last accrual that is of another UTC day than a time, or 0: it and those before it are due for posting.
    pub fn last_accrual_not_of(&self, day: Time) -> Result<i64> {
        let sql = "SELECT id FROM accrual WHERE substr(at, 1, 10) <> ?1 ORDER BY id DESC LIMIT 1";
        let mut statement = self.transaction.prepare_cached(sql)?;
        Ok(statement.query_row([day.utc_day()], |row| row.get(0)).optional()?.unwrap_or(0))
    }

    /// Passes every accrual from a number on to `each`, in order.
    pub(in crate::store::sqlite) fn accruals(
        &self,
        from: i64,
        mut each: impl FnMut(Accrual) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.transaction.prepare_cached(&format!("{SELECT} WHERE id >= ?1 ORDER BY id"))?;
        let mut rows = statement.query([from])?;
        while let Some(row) = rows.next()? {
            each(read(row)?)?;
        }
        Ok(())
    }

    /// Passes the charges of some accruals and customers to `each`, by accrual, customer and unit.
    pub fn accrued_charges(
        &self,
        accruals: RangeInclusive<i64>,
        customers: RangeInclusive<i64>,
        mut each: impl FnMut(AccrualLine) -> Result<()>,
    ) -> Result<()> {
        // Customers are looked up in each accrual; a scan would read the charges of all others.
        let mut statement = self.transaction.prepare_cached(
            "SELECT accrual.id, import_id, reverted, reprice_id, accrual.at, hash, first_day, last_day, from_second, until_second,
                accrued_charge.customer_id, unit, amount_e8, messages, parts
             FROM accrual LEFT JOIN import ON import.id = import_id LEFT JOIN reprice ON reprice.id = reprice_id
             CROSS JOIN accrued_charge ON accrual_id = accrual.id
             WHERE accrual.id BETWEEN ?1 AND ?2 AND accrued_charge.customer_id BETWEEN ?3 AND ?4
             ORDER BY accrual.id, accrued_charge.customer_id, unit",
        )?;
        let mut rows =
            statement.query(params![accruals.start(), accruals.end(), customers.start(), customers.end()])?;
        while let Some(row) = rows.next()? {
            let charge = AccruedCharge {
                customer_id: row.get(10)?,
                unit: row.get(11)?,
                amount: row.get(12)?,
                messages: row.get(13)?,
                parts: row.get(14)?,
            };
            each(AccrualLine { accrual: read(row)?, days: days_of(row)?, charge })?;
        }
        Ok(())
    }

    /// The charges of a balance in some accruals, added up; `None` if there are none.
    pub(in crate::store::sqlite) fn accrued_sum(
        &self,
        (customer_id, unit): (i64, Unit),
        accruals: RangeInclusive<i64>,
    ) -> Result<Option<AccruedSum>> {
        let mut sum = None;
        self.accrued_charges(accruals, customer_id..=customer_id, |line| {
            if line.charge.unit == unit {
                sum = Some(added(sum.take(), &line)?);
            }
            Ok(())
        })?;
        Ok(sum)
    }

    /// What a balance has accrued and not posted; `None` if that is nothing.
    pub fn accrued(&self, balance: &Balance) -> Result<Option<AccruedLine>> {
        let key = (balance.customer_id, balance.unit);
        let Some(first) = self.accrued_from(key)?.filter(|_| balance.accrued != Money::ZERO) else { return Ok(None) };
        let sum = self.accrued_sum(key, first..=i64::MAX)?;
        Ok(sum.map(|sum| AccruedLine {
            customer: balance.customer.clone(),
            unit: balance.unit,
            sum,
            balance: balance.balance,
        }))
    }

    /// What a balance had accrued and not posted after one of its entries, or before the first, and after an accrual; `None` if
    /// that was nothing.
    pub fn accrued_after(&self, balance: (i64, Unit), entry: i64, accrual: i64) -> Result<Option<AccruedSum>> {
        let (first, last) = match self.posted_after(balance, entry)? {
            Some((first, last)) => (first, last.min(accrual)),
            None => match self.accrued_from(balance)? {
                Some(first) => (first, accrual),
                None => return Ok(None),
            },
        };
        Ok(self.accrued_sum(balance, first..=last)?.filter(|sum| sum.amount != Money::ZERO))
    }

    /// The accruals that the next entry of accrued charges after an entry of a balance posted.
    fn posted_after(&self, (customer_id, unit): (i64, Unit), entry: i64) -> Result<Option<(i64, i64)>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT first_accrual, last_accrual FROM entry CROSS JOIN posted_charge ON entry_id = entry.id
             WHERE customer_id = ?1 AND unit = ?2 AND entry.id > ?3 ORDER BY entry.id LIMIT 1",
        )?;
        let found = statement.query_row(params![customer_id, unit, entry], |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(found.optional()?)
    }

    /// The accruals that each entry of accrued charges of a customer posted, by entry.
    pub fn posted_charges(&self, customer_id: i64, unit: Unit) -> Result<Vec<(i64, RangeInclusive<i64>)>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT entry_id, first_accrual, last_accrual FROM entry CROSS JOIN posted_charge ON entry_id = entry.id
             WHERE customer_id = ?1 AND unit = ?2 ORDER BY entry.id",
        )?;
        let posted =
            statement.query_map(params![customer_id, unit], |row| Ok((row.get(0)?, row.get(1)?..=row.get(2)?)))?;
        Ok(posted.collect::<rusqlite::Result<_>>()?)
    }

    /// The first accrual of a balance that is not posted, if there is one.
    pub fn accrued_from(&self, (customer_id, unit): (i64, Unit)) -> Result<Option<i64>> {
        let sql = "SELECT accrued_from FROM balance WHERE customer_id = ?1 AND unit = ?2";
        let mut statement = self.transaction.prepare_cached(sql)?;
        Ok(statement.query_row(params![customer_id, unit], |row| row.get(0)).optional()?.flatten())
    }

    /// What the next balances have accrued, by customer and unit: of those that accrued something up to an accrual.
    pub fn accrued_up_to(&self, accrual: i64, at_most: usize) -> Result<Vec<((i64, Unit), AccruedSum)>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT customer_id, unit, accrued_from FROM balance WHERE accrued_from <= ?1 AND accrued_e8 <> 0
             ORDER BY customer_id, unit LIMIT ?2",
        )?;
        let limit = i64::try_from(at_most).unwrap_or(i64::MAX);
        let due = statement.query_map(params![accrual, limit], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
        let due: Vec<((i64, Unit), i64)> = due.collect::<rusqlite::Result<_>>()?;
        let (Some(((lowest, _), _)), Some(((highest, _), _))) = (due.first(), due.last()) else {
            return Ok(Vec::new());
        };
        let first = due.iter().map(|(_, first)| *first).min().unwrap_or(0);
        let mut sums: Vec<Option<AccruedSum>> = vec![None; due.len()];
        self.accrued_charges(first..=i64::MAX, *lowest..=*highest, |line| {
            let key = (line.charge.customer_id, line.charge.unit);
            // In the order of the database, where units are texts.
            let found =
                due.binary_search_by(|((customer, unit), _)| (*customer, unit.code()).cmp(&(key.0, key.1.code())));
            if let Ok(place) = found
                && line.accrual.id >= due[place].1
            {
                sums[place] = Some(added(sums[place].take(), &line)?);
            }
            Ok(())
        })?;
        let sums = due.into_iter().zip(sums).map(|((key, _), sum)| {
            let sum = sum.ok_or_else(|| Error::Damaged(format!("customer row {} lost its accrued charges", key.0)))?;
            Ok((key, sum))
        });
        sums.collect()
    }
}

/// The days of an import, or of the span that was repriced.
fn days_of(row: &Row<'_>) -> rusqlite::Result<Option<(i32, i32)>> {
    let days: (Option<i32>, Option<i32>) = (row.get(6)?, row.get(7)?);
    let seconds: (Option<i64>, Option<i64>) = (row.get(8)?, row.get(9)?);
    let of_run = seconds.0.zip(seconds.1).map(|(from, until)| (day_of_second(from), day_of_second(until - 1)));
    Ok(days.0.zip(days.1).or(of_run))
}

/// A sum with one more line.
fn added(sum: Option<AccruedSum>, line: &AccrualLine) -> Result<AccruedSum> {
    let more = AccruedSum::of(&line.accrual, line.days, &line.charge);
    match sum {
        None => Ok(more),
        Some(sum) => sum.with(&more).ok_or(Error::Overflow { what: "the sum of the accrued charges" }),
    }
}

/// A balance after a charge accrued.
struct AccruedBalance {
    customer_id: i64,
    unit: Unit,
    balance: Money,
    accrued: Money,
    accrued_from: i64,
}

impl Tx<'_> {
    /// Writes the charges of a source, and adds them to their balances. Each balance has one charge, which is not zero.
    pub fn accrue(&mut self, source: AccrualSource, mut charges: Vec<AccruedCharge>) -> Result<()> {
        // In the order of the database, where units are texts.
        charges.sort_by_key(|charge| (charge.customer_id, charge.unit.code()));
        let last = self.last_accrual()?;
        let (id, at) = (last.as_ref().map_or(1, |last| last.id + 1), self.at());
        let mut accrual = Accrual { id, source, at, hash: GENESIS };
        let mut hash = AccrualHash::begin(last.map_or(GENESIS, |last| last.hash), &accrual)?;
        for charge in &charges {
            hash.add(charge);
        }
        accrual.hash = hash.end();
        let balances: Vec<AccruedBalance> =
            charges.iter().map(|charge| self.balance_with(charge, id)).collect::<Result<_>>()?;
        self.set_accrued_balances(&balances)?;
        let (import, reverted, reprice) = columns_of(source);
        let sql = "INSERT INTO accrual (id, import_id, reverted, reprice_id, at, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.transaction.prepare_cached(sql)?.execute(params![id, import, reverted, reprice, at, accrual.hash])?;
        let insert = |rows: usize| {
            let rows = vec!["(?,?,?,?,?,?)"; rows].join(",");
            format!(
                "INSERT INTO accrued_charge (accrual_id, customer_id, unit, amount_e8, messages, parts) VALUES {rows}"
            )
        };
        write_rows(&self.transaction, &charges, insert, |row, charge| {
            row.bind(id)?;
            row.bind(charge.customer_id)?;
            row.bind(charge.unit)?;
            row.bind(charge.amount)?;
            row.bind(charge.messages)?;
            row.bind(charge.parts)
        })
    }

    /// A balance with one more charge. The first charge since the last posting verifies the balance.
    fn balance_with(&self, charge: &AccruedCharge, accrual: i64) -> Result<AccruedBalance> {
        let AccruedCharge { customer_id, unit, amount, .. } = *charge;
        let mut statement = self.transaction.prepare_cached(
            "SELECT balance_e8, accrued_e8, accrued_from FROM balance WHERE customer_id = ?1 AND unit = ?2",
        )?;
        let stored = statement.query_row(params![customer_id, unit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        let (balance, accrued, from): (Money, Money, Option<i64>) = stored.optional()?.unwrap_or_default();
        if from.is_none() {
            self.refuse_unlike_entries(customer_id, unit, balance, accrued)?;
        }
        let overflow = || Error::Overflow { what: "the balance" };
        Ok(AccruedBalance {
            customer_id,
            unit,
            balance: balance.checked_add(amount).ok_or_else(overflow)?,
            accrued: accrued.checked_add(amount).ok_or_else(overflow)?,
            accrued_from: from.unwrap_or(accrual),
        })
    }

    fn set_accrued_balances(&self, balances: &[AccruedBalance]) -> Result<()> {
        let at = self.at();
        let upsert = |rows: usize| {
            let rows = vec!["(?,?,?,?,?,?)"; rows].join(",");
            format!(
                "INSERT INTO balance (customer_id, unit, balance_e8, updated_at, accrued_e8, accrued_from) VALUES {rows}
                 ON CONFLICT DO UPDATE SET balance_e8 = excluded.balance_e8, updated_at = excluded.updated_at,
                    accrued_e8 = excluded.accrued_e8, accrued_from = excluded.accrued_from"
            )
        };
        write_rows(&self.transaction, balances, upsert, |row, balance| {
            row.bind(balance.customer_id)?;
            row.bind(balance.unit)?;
            row.bind(balance.balance)?;
            row.bind(at)?;
            row.bind(balance.accrued)?;
            row.bind(balance.accrued_from)
        })
    }

    /// Notes that entries posted everything that their balances had accrued. Only for the code that writes the entries.
    pub(in crate::store::sqlite) fn clear_accrued(&mut self, balances: &[(i64, Unit)]) -> Result<()> {
        let mut statement = self.transaction.prepare_cached(
            "UPDATE balance SET accrued_e8 = 0, accrued_from = NULL WHERE customer_id = ?1 AND unit = ?2",
        )?;
        for (customer_id, unit) in balances {
            statement.execute(params![customer_id, unit])?;
        }
        Ok(())
    }

    /// Notes which accruals entries posted.
    pub(in crate::store::sqlite) fn note_posted(&mut self, posted: &[(i64, (i64, i64))]) -> Result<()> {
        let insert = |rows: usize| {
            let rows = vec!["(?,?,?)"; rows].join(",");
            format!("INSERT INTO posted_charge (entry_id, first_accrual, last_accrual) VALUES {rows}")
        };
        write_rows(&self.transaction, posted, insert, |row, (entry, (first, last))| {
            row.bind(entry)?;
            row.bind(first)?;
            row.bind(last)
        })
    }
}
