//! Usage that invoices bill: reading it, and keeping it with a draft.

use std::collections::HashSet;

use jiff::civil::Date;
use rusqlite::{OptionalExtension, Row, params};

use crate::error::Result;
use crate::model::invoice::{BilledUsage, UsageBill, UsageCell};
use crate::model::{Currency, Money, day_of};
use crate::store::sqlite::values::Day;
use crate::store::{Snapshot, Tx};

const BILL: &str = "usage_e8, prepaid_e8, carried_before_e8, carried_after_e8";

fn read_bill(row: &Row<'_>) -> rusqlite::Result<UsageBill> {
    Ok(UsageBill { usage: row.get(0)?, prepaid: row.get(1)?, carried_before: row.get(2)?, carried_after: row.get(3)? })
}

impl Snapshot<'_> {
    /// Passes all usage that drafts and invoices bill to `each`, without that of cancelled drafts.
    pub fn billed_usage(&self, mut each: impl FnMut(Currency, BilledUsage) -> Result<()>) -> Result<()> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT currency, month, account_id, country, charged_by, parts, charge_e8
             FROM billed_usage JOIN invoice ON invoice.id = invoice_id WHERE cancelled_at IS NULL",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let cell = UsageCell {
                month: row.get::<_, Day>(1)?.0,
                account_id: row.get(2)?,
                country: row.get(3)?,
                charged_by: row.get(4)?,
            };
            each(row.get(0)?, BilledUsage { cell, parts: row.get(5)?, charge: row.get(6)? })?;
        }
        Ok(())
    }

    /// How much usage an invoice bills; `None` if it bills none.
    pub fn usage_bill(&self, invoice_id: i64) -> Result<Option<UsageBill>> {
        let bill = format!("SELECT {BILL} FROM usage_bill WHERE invoice_id = ?1");
        Ok(self.transaction.prepare_cached(&bill)?.query_row([invoice_id], read_bill).optional()?)
    }

    /// The last draft or invoice that bills usage of a customer in a currency, without cancelled drafts.
    pub fn last_usage_bill(&self, customer_id: i64, currency: Currency) -> Result<Option<(i64, UsageBill)>> {
        let last = format!(
            "SELECT {BILL}, invoice_id FROM invoice JOIN usage_bill ON invoice_id = invoice.id
             WHERE customer_id = ?1 AND currency = ?2 AND cancelled_at IS NULL ORDER BY invoice_id DESC LIMIT 1"
        );
        let read = |row: &Row<'_>| Ok((row.get(4)?, read_bill(row)?));
        Ok(self.transaction.prepare_cached(&last)?.query_row(params![customer_id, currency], read).optional()?)
    }

    /// The usage that was not billed because it was prepaid, by customer and currency, without that of cancelled drafts.
    pub fn prepaid_usage(&self) -> Result<Vec<((i64, Currency), Money)>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT customer_id, currency, sum(prepaid_e8) FROM usage_bill JOIN invoice ON invoice.id = invoice_id
             WHERE cancelled_at IS NULL GROUP BY customer_id, currency HAVING sum(prepaid_e8) <> 0",
        )?;
        let sums = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
        Ok(sums.collect::<rusqlite::Result<_>>()?)
    }

    /// The accounts whose service has, or had, a plan that charges messages when they are delivered.
    pub fn accounts_on_delivery(&self) -> Result<HashSet<i64>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT account_id FROM (SELECT id AS account_id, service_id FROM smpp_account
                UNION SELECT account_id, service_id FROM account_service)
             WHERE service_id IN (SELECT service_id FROM service_plan JOIN plan ON plan.id = plan_id WHERE basis = 'delivered')",
        )?;
        let accounts = statement.query_map([], |row| row.get(0))?;
        Ok(accounts.collect::<rusqlite::Result<_>>()?)
    }

    /// The UTC day of the earliest traffic, if there is any.
    pub fn first_day_of_traffic(&self) -> Result<Option<Date>> {
        let first = "SELECT min(day) FROM traffic_daily";
        let day: Option<i32> = self.transaction.prepare_cached(first)?.query_row([], |row| row.get(0))?;
        Ok(day.map(day_of))
    }
}

impl Tx<'_> {
    /// Keeps the usage that a draft bills.
    pub fn insert_usage(&mut self, invoice_id: i64, bill: UsageBill, usage: &[BilledUsage]) -> Result<()> {
        let UsageBill { usage: sum, prepaid, carried_before, carried_after } = bill;
        self.transaction
            .prepare_cached(&format!("INSERT INTO usage_bill (invoice_id, {BILL}) VALUES (?, ?, ?, ?, ?)"))?
            .execute(params![invoice_id, sum, prepaid, carried_before, carried_after])?;
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO billed_usage (invoice_id, account_id, month, country, charged_by, parts, charge_e8)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?;
        for BilledUsage { cell, parts, charge } in usage {
            let UsageCell { month, account_id, country, charged_by } = cell;
            insert.execute(params![invoice_id, account_id, Day(*month), country, charged_by, parts, charge])?;
        }
        Ok(())
    }
}
