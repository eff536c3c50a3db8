//! Runs of `traffic reprice`: what they cover, and what they changed.

use std::ops::Range;

use foldhash::{HashMap, HashSet};
use rusqlite::{OptionalExtension, Row, params};

use crate::error::Result;
use crate::model::{
    Key, Money, PricesVersion, Reprice, RepriceScope, RepricedAccount, RepricedBalance, RepricedSum, Unit,
};
use crate::store::sqlite::bulk_insert::write_rows;
use crate::store::sqlite::traffic::sums::merge_all;
use crate::store::{Snapshot, Tx};

const SELECT: &str =
    "SELECT id, key, from_second, until_second, prices_version, customer_id, service_id, plan_id, account_id
    FROM reprice";

/// The accounts of an import that a run covers.
pub(in crate::store::sqlite) struct RepricedAccounts {
    pub(in crate::store::sqlite) reprice_id: i64,
    pub(in crate::store::sqlite) seconds: Range<i64>,
    pub(in crate::store::sqlite) version: PricesVersion,
    pub(in crate::store::sqlite) accounts: HashSet<i64>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<(i64, Reprice)> {
    let scopes = [
        (5, RepriceScope::Customer as fn(i64) -> _),
        (6, RepriceScope::Service),
        (7, RepriceScope::Plan),
        (8, RepriceScope::Account),
    ];
    let mut scope = RepriceScope::All;
    for (column, of) in scopes {
        scope = row.get::<_, Option<i64>>(column)?.map_or(scope, of);
    }
    let (seconds, version) = (row.get(2)?..row.get(3)?, PricesVersion(row.get(4)?));
    Ok((row.get(0)?, Reprice { key: row.get(1)?, seconds, scope, version }))
}

impl Snapshot<'_> {
    /// The run with a key, and its number.
    pub fn reprice_of_key(&self, key: &Key) -> Result<Option<(i64, Reprice)>> {
        let mut statement = self.transaction.prepare_cached(&format!("{SELECT} WHERE key = ?1"))?;
        Ok(statement.query_row([key], read).optional()?)
    }

    /// Passes each run with its number to `each`, in order.
    pub(in crate::store::sqlite) fn reprices(&self, mut each: impl FnMut(i64, Reprice) -> Result<()>) -> Result<()> {
        let mut statement = self.transaction.prepare_cached(&format!("{SELECT} ORDER BY id"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (id, reprice) = read(row)?;
            each(id, reprice)?;
        }
        Ok(())
    }

    /// The result of a run, by customer and unit.
    pub fn repriced_balances(&self, reprice_id: i64) -> Result<Vec<RepricedBalance>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT customer_id, account_code, unit, messages, parts, before_e8, after_e8
             FROM reprice_balance JOIN customer ON customer.id = customer_id WHERE reprice_id = ?1
             ORDER BY account_code, unit = 'SMS' DESC, unit",
        )?;
        let balances = statement.query_map([reprice_id], |row| {
            Ok(RepricedBalance {
                customer_id: row.get(0)?,
                customer: row.get(1)?,
                unit: row.get(2)?,
                messages: row.get(3)?,
                parts: row.get(4)?,
                before: row.get(5)?,
                after: row.get(6)?,
            })
        })?;
        Ok(balances.collect::<rusqlite::Result<_>>()?)
    }

    /// Passes what runs changed to `each`, with the number of the run and the customer who pays.
    pub(in crate::store::sqlite) fn repriced_accounts(
        &self,
        mut each: impl FnMut(i64, i64, RepricedAccount) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT reprice_id, customer_id, import_id, account_id, unit, reprice_account.messages, reprice_account.parts,
                difference_e8
             FROM reprice_account LEFT JOIN import_account USING (import_id, account_id, unit)
             ORDER BY reprice_id, import_id, account_id, unit",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let change = RepricedSum { messages: row.get(5)?, parts: row.get(6)?, difference: row.get(7)? };
            let (import_id, account_id, unit) = (row.get(2)?, row.get(3)?, row.get(4)?);
            // `db check` reports a row without an account of its import.
            let customer_id: Option<i64> = row.get(1)?;
            each(row.get(0)?, customer_id.unwrap_or(0), RepricedAccount { import_id, account_id, unit, change })?;
        }
        Ok(())
    }

    /// The runs that cover messages of an import, oldest first.
    pub(in crate::store::sqlite) fn repricings_of(&self, import_id: i64) -> Result<Vec<RepricedAccounts>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT reprice_id, reprice_account.account_id, from_second, until_second, prices_version
             FROM reprice_account JOIN reprice ON reprice.id = reprice_id WHERE import_id = ?1 ORDER BY reprice_id",
        )?;
        let mut found: Vec<RepricedAccounts> = Vec::new();
        let mut rows = statement.query([import_id])?;
        while let Some(row) = rows.next()? {
            let (reprice_id, account_id) = (row.get(0)?, row.get(1)?);
            match found.last_mut().filter(|last| last.reprice_id == reprice_id) {
                Some(last) => drop(last.accounts.insert(account_id)),
                None => found.push(RepricedAccounts {
                    reprice_id,
                    seconds: row.get(2)?..row.get(3)?,
                    version: PricesVersion(row.get(4)?),
                    accounts: [account_id].into_iter().collect(),
                }),
            }
        }
        Ok(found)
    }

    /// What runs have added to the charges of an import, by account and unit.
    pub fn differences_of(&self, import_id: i64) -> Result<HashMap<(i64, Unit), Money>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT account_id, unit, sum(difference_e8) FROM reprice_account WHERE import_id = ?1 GROUP BY account_id, unit",
        )?;
        let differences = statement.query_map([import_id], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
        Ok(differences.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// Records a run with what it changed and its result; returns its number.
    pub fn add_reprice(
        &mut self,
        reprice: &Reprice,
        accounts: &[RepricedAccount],
        balances: &[RepricedBalance],
    ) -> Result<i64> {
        let Reprice { key, seconds, scope, version } = reprice;
        let id: i64 =
            self.transaction.query_row("SELECT coalesce(max(id), 0) + 1 FROM reprice", [], |row| row.get(0))?;
        let mut subjects = [None; 4];
        match scope {
            RepriceScope::All => {}
            RepriceScope::Customer(id) => subjects[0] = Some(*id),
            RepriceScope::Service(id) => subjects[1] = Some(*id),
            RepriceScope::Plan(id) => subjects[2] = Some(*id),
            RepriceScope::Account(id) => subjects[3] = Some(*id),
        }
        let [customer, service, plan, account] = subjects;
        self.transaction.execute(
            "INSERT INTO reprice (id, key, from_second, until_second, customer_id, service_id, plan_id, account_id, prices_version, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![id, key, seconds.start, seconds.end, customer, service, plan, account, version.0, self.at()],
        )?;
        let insert = |rows: usize| {
            let rows = vec!["(?,?,?,?,?,?,?)"; rows].join(",");
            format!(
                "INSERT INTO reprice_account (reprice_id, import_id, account_id, unit, messages, parts, difference_e8) VALUES {rows}"
            )
        };
        write_rows(&self.transaction, accounts, insert, |row, account| {
            row.bind(id)?;
            row.bind(account.import_id)?;
            row.bind(account.account_id)?;
            row.bind(account.unit)?;
            row.bind(account.change.messages)?;
            row.bind(account.change.parts)?;
            row.bind(account.change.difference)
        })?;
        let insert = |rows: usize| {
            let rows = vec!["(?,?,?,?,?,?,?)"; rows].join(",");
            format!(
                "INSERT INTO reprice_balance (reprice_id, customer_id, unit, messages, parts, before_e8, after_e8) VALUES {rows}"
            )
        };
        write_rows(&self.transaction, balances, insert, |row, balance| {
            row.bind(id)?;
            row.bind(balance.customer_id)?;
            row.bind(balance.unit)?;
            row.bind(balance.messages)?;
            row.bind(balance.parts)?;
            row.bind(balance.before)?;
            row.bind(balance.after)
        })?;
        Ok(id)
    }

    /// Merges the sums of a day, so that those that cancel each other leave nothing.
    pub fn merge_day(&mut self, day: i32) -> Result<()> {
        merge_all(&self.transaction, day)
    }
}
