//! Balances: the prepaid amount that each customer has left in each unit.

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{Balance, Customer, Entry, Money, Unit};
use crate::store::sqlite::bulk_insert::write_rows;
use crate::store::sqlite::filter::Query;
use crate::store::{ArchiveFilter, BalanceFilter, BalanceSort, Snapshot, Tx};

const SELECT: &str = "SELECT balance.customer_id, customer.account_code, balance.unit, balance.balance_e8,
    balance.credit_limit_e8, balance.updated_at, customer.organisation, upper_e8, lower_e8, state, balance.accrued_e8, balance.reserved_e8
    FROM balance JOIN customer ON customer.id = balance.customer_id
    LEFT JOIN warning ON warning.customer_id = balance.customer_id AND warning.unit = balance.unit AND active";

fn read(row: &Row<'_>) -> rusqlite::Result<Balance> {
    Ok(Balance {
        customer_id: row.get(0)?,
        customer: row.get(1)?,
        organisation: row.get(6)?,
        upper: row.get(7)?,
        lower: row.get(8)?,
        state: row.get(9)?,
        unit: row.get(2)?,
        balance: row.get(3)?,
        accrued: row.get(10)?,
        reserved: row.get(11)?,
        credit_limit: row.get(4)?,
        updated_at: row.get(5)?,
    })
}

impl BalanceFilter {
    /// Every balance, those of archived customers included, by customer and unit.
    pub fn every() -> Self {
        Self { archive_filter: ArchiveFilter::All, ..Self::default() }
    }

    /// Every balance of a customer, archived or not, by unit.
    pub fn of_customer(customer_id: i64) -> Self {
        Self { customer_id: Some(customer_id), ..Self::every() }
    }
}

impl Snapshot<'_> {
    /// A customer's balance in a unit, if it has one.
    pub fn balance(&self, customer: &Customer, unit: Unit) -> Result<Option<Balance>> {
        Ok(self
            .transaction
            .prepare_cached(&format!("{SELECT} WHERE balance.customer_id = ?1 AND balance.unit = ?2"))?
            .query_row(params![customer.id, unit], read)
            .optional()?)
    }

    /// Whether any balance has something reserved.
    pub fn has_reserved(&self) -> Result<bool> {
        Ok(self.transaction.prepare_cached("SELECT 1 FROM balance WHERE reserved_e8 <> 0")?.exists([])?)
    }

    /// All balances of a customer, by unit.
    pub fn balances_of(&self, customer: &Customer) -> Result<Vec<Balance>> {
        let mut balances = Vec::new();
        self.balances(&BalanceFilter::of_customer(customer.id), |balance| {
            balances.push(balance);
            Ok::<_, Error>(())
        })?;
        Ok(balances)
    }

    /// Passes every balance that matches the filter to `each`, in order.
    pub fn balances<E: From<Error>>(
        &self,
        filter: &BalanceFilter,
        each: impl FnMut(Balance) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = Query::default();
        query.archive_filter("customer.archived_at", filter.archive_filter);
        query.when_some("balance.customer_id = ?", filter.customer_id);
        query.when_some("balance.unit = ?", filter.unit);
        query.when_some("balance.balance_e8 <= ?", filter.at_most);
        query.when_some("state = ?", filter.state);
        let columns: &[&str] = match filter.page.sort {
            BalanceSort::Customer => &["customer.account_code", "balance.unit"],
            BalanceSort::Balance => &["balance.balance_e8", "customer.account_code", "balance.unit"],
            BalanceSort::UpdatedAt => &["balance.updated_at", "customer.account_code", "balance.unit"],
        };
        query.order(columns, filter.page.descending);
        query.limit(filter.page.limit);
        query.run(&self.transaction, SELECT, read, each)
    }
}

impl Tx<'_> {
    /// A customer's balance in a unit, if it has one, and the part of it that is accrued; faster than reading the whole balance.
    pub(in crate::store::sqlite) fn stored_balance(
        &self,
        customer: &Customer,
        unit: Unit,
    ) -> Result<Option<(Money, Money)>> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT balance_e8, accrued_e8 FROM balance WHERE customer_id = ?1 AND unit = ?2")?;
        Ok(statement.query_row(params![customer.id, unit], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }

    /// Sets each balance to the one after its entry with what it has accrued, creating missing balances. Only for the code that
    /// writes the entries.
    pub(in crate::store::sqlite) fn set_balances(&mut self, entries: &[&Entry]) -> Result<()> {
        let at = self.at();
        let upsert = |rows: usize| {
            let rows = vec!["(?,?,?,?)"; rows].join(",");
            format!(
                "INSERT INTO balance (customer_id, unit, balance_e8, updated_at) VALUES {rows}
                 ON CONFLICT DO UPDATE SET balance_e8 = excluded.balance_e8 + accrued_e8, updated_at = excluded.updated_at"
            )
        };
        write_rows(&self.transaction, entries, upsert, |row, entry| {
            row.bind(entry.customer_id)?;
            row.bind(entry.posting.unit)?;
            row.bind(entry.balance_after)?;
            row.bind(at)
        })
    }

    /// Adds to what is reserved for accounts, creating missing balances. Negative amounts release.
    pub fn add_reserved(&mut self, changes: &[((i64, Unit), Money)]) -> Result<()> {
        let at = self.at();
        // SQLite would turn a sum that is too large into a float.
        let mut before = self.transaction.prepare_cached(
            "SELECT reserved_e8 FROM balance JOIN smpp_account USING (customer_id) WHERE smpp_account.id = ?1 AND unit = ?2",
        )?;
        let mut write = self.transaction.prepare_cached(
            "INSERT INTO balance (customer_id, unit, balance_e8, updated_at, reserved_e8)
             SELECT customer_id, ?2, 0, ?3, ?4 FROM smpp_account WHERE id = ?1
             ON CONFLICT DO UPDATE SET reserved_e8 = excluded.reserved_e8",
        )?;
        for ((account_id, unit), amount) in changes {
            let reserved: Option<Money> = before.query_row(params![account_id, unit], |row| row.get(0)).optional()?;
            let reserved = reserved.unwrap_or(Money::ZERO).checked_add(*amount);
            let reserved = reserved.ok_or(Error::Overflow { what: "what is reserved" })?;
            write.execute(params![account_id, unit, at, reserved])?;
        }
        Ok(())
    }

    /// Sets how far below zero a manual change may take a balance; creates a balance of zero if there is none.
    pub fn set_credit_limit(&mut self, customer: &Customer, unit: Unit, limit: Money) -> Result<()> {
        let at = self.at();
        self.transaction
            .prepare_cached(
                "INSERT INTO balance (customer_id, unit, balance_e8, credit_limit_e8, updated_at) VALUES (?1, ?2, 0, ?3, ?4)
                 ON CONFLICT DO UPDATE SET credit_limit_e8 = excluded.credit_limit_e8, updated_at = excluded.updated_at",
            )?
            .execute(params![customer.id, unit, limit, at])?;
        Ok(())
    }
}
