//! Fees, and which of their days are billed.

use jiff::civil::Date;
use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::invoice::{BilledPeriod, Fee, FeeDetails};
use crate::model::{Customer, EntityKind, Money};
use crate::store::sqlite::filter::Query;
use crate::store::sqlite::values::Day;
use crate::store::{Snapshot, Tx};

const SELECT: &str =
    "SELECT fee.id, customer_id, account_code, currency, description, amount_e8, monthly, first_day, last_day,
    fee.created_at, fee.updated_at,
    (SELECT max(billed_fee.last_day) FROM billed_fee JOIN invoice ON invoice.id = invoice_id
        WHERE fee_id = fee.id AND cancelled_at IS NULL)
    FROM fee JOIN customer ON customer.id = customer_id";

fn read(row: &Row<'_>) -> rusqlite::Result<Fee> {
    let day = |day: Option<Day>| day.map(|day| day.0);
    Ok(Fee {
        id: row.get(0)?,
        customer_id: row.get(1)?,
        customer: row.get(2)?,
        details: FeeDetails {
            currency: row.get(3)?,
            description: row.get(4)?,
            amount: row.get(5)?,
            monthly: row.get(6)?,
            first_day: row.get::<_, Day>(7)?.0,
            last_day: day(row.get(8)?),
        },
        created_at: row.get(9)?,
        updated_at: row.get(10)?,
        billed_until: day(row.get(11)?),
    })
}

impl Snapshot<'_> {
    /// The fee with this ID.
    pub fn fee(&self, id: i64) -> Result<Fee> {
        let mut statement = self.transaction.prepare_cached(&format!("{SELECT} WHERE fee.id = ?1"))?;
        let missing = || Error::NotFound { entity: EntityKind::Fee, name: id.to_string(), nearest: None };
        statement.query_row([id], read).optional()?.ok_or_else(missing)
    }

    /// Passes the fees of a customer, or all, to `each` in the order of their IDs.
    pub fn fees<E: From<Error>>(
        &self,
        customer_id: Option<i64>,
        each: impl FnMut(Fee) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = Query::default();
        query.when_some("customer_id = ?", customer_id);
        query.order(&["fee.id"], false);
        query.run(&self.transaction, SELECT, read, each)
    }

    /// The days of a fee that drafts and invoices bill, from a day on.
    pub fn billed_days(&self, fee: i64, since: Date) -> Result<Vec<BilledPeriod>> {
        let billed =
            "SELECT billed_fee.first_day, billed_fee.last_day FROM billed_fee JOIN invoice ON invoice.id = invoice_id
            WHERE fee_id = ?1 AND billed_fee.last_day >= ?2 AND cancelled_at IS NULL ORDER BY 1";
        let mut statement = self.transaction.prepare_cached(billed)?;
        let read = |row: &Row<'_>| Ok(BilledPeriod { first: row.get::<_, Day>(0)?.0, last: row.get::<_, Day>(1)?.0 });
        let days = statement.query_map(params![fee, Day(since)], read)?;
        Ok(days.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// Adds a fee.
    pub fn insert_fee(&mut self, customer: &Customer, details: &FeeDetails) -> Result<i64> {
        let FeeDetails { currency, description, amount, monthly, first_day, last_day } = details;
        let at = self.at();
        self.transaction
            .prepare_cached(
                "INSERT INTO fee (customer_id, currency, description, amount_e8, monthly, first_day, last_day, created_at,
                    updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                customer.id,
                currency,
                description,
                amount,
                monthly,
                Day(*first_day),
                last_day.map(Day),
                at,
                at
            ])?;
        Ok(self.transaction.last_insert_rowid())
    }

    /// Saves the end of a fee.
    pub fn end_fee(&mut self, fee: &Fee) -> Result<()> {
        let end = "UPDATE fee SET last_day = ?2, updated_at = ?3 WHERE id = ?1";
        let last_day = fee.details.last_day.map(Day);
        self.transaction.prepare_cached(end)?.execute(params![fee.id, last_day, fee.updated_at])?;
        Ok(())
    }

    /// Keeps the days of a fee that a draft bills.
    pub fn insert_billed_fee(&mut self, invoice_id: i64, fee: i64, days: BilledPeriod, net: Money) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO billed_fee (invoice_id, fee_id, first_day, last_day, net_e8) VALUES (?, ?, ?, ?, ?)",
            )?
            .execute(params![invoice_id, fee, Day(days.first), Day(days.last), net])?;
        Ok(())
    }
}
