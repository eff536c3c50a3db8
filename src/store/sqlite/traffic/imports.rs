//! Imports of traffic files, and the prices and charges of their accounts.

use std::sync::LazyLock;

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{
    AccountPrice, Charge, EntityKind, Hash, Import, ImportState, Manifest, PricesVersion, TrafficTally,
};
use crate::store::sqlite::bulk_insert::write_rows;
use crate::store::sqlite::columns::{self, Columns, RowReader, columns};
use crate::store::sqlite::filter::Query;
use crate::store::{AccountDays, EarlierMessages, ImportFilter, ImportedAccount, Snapshot, Tx};

columns! {
    Manifest in "import" {
        value file: "file",
        value sha256: "sha256",
        value size: "size",
        value dialect: "dialect",
        value options: "options",
        value charging: "charging",
    }
}

columns! {
    TrafficTally in "import" {
        value new: "new",
        value updated: "updated",
        value duplicate: "duplicate",
        value rejected: "rejected",
        value skipped: "skipped",
        value refused: "refused",
    }
}

/// A reverted import keeps the state that it had.
const STATE: &str = "CASE WHEN reverted_at IS NULL THEN state ELSE 'reverted' END";

static SELECT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT id, {STATE}, first_day, last_day, begun_at, ended_at, actor{}{} FROM import",
        Manifest::SELECTED,
        TrafficTally::SELECTED
    )
});

static INSERT: LazyLock<String> = LazyLock::new(|| {
    columns::insert("import", "state, first_day, last_day, prices_version, begun_at, actor", Manifest::WRITTEN)
});

static ADD_TALLY: LazyLock<String> = LazyLock::new(|| {
    let counts = columns::each(TrafficTally::WRITTEN, |column| format!("{column} = {column} + ?"));
    // Right of the equals sign are the values before: of an import that began in schema 15, what it may have changed so far.
    format!(
        "UPDATE import SET rows = rows + ?, {counts}, knew_earlier = coalesce(knew_earlier, updated + duplicate) + ?,
            changed_earlier = coalesce(changed_earlier, updated) + ? WHERE id = ?"
    )
});

fn read(row: &Row<'_>) -> rusqlite::Result<Import> {
    let mut row = RowReader::new(row);
    let (id, state) = (row.value()?, row.value()?);
    let (first, last): (Option<i32>, Option<i32>) = (row.value()?, row.value()?);
    Ok(Import {
        id,
        state,
        days: first.zip(last),
        begun_at: row.value()?,
        ended_at: row.value()?,
        actor: row.value()?,
        manifest: Columns::read(&mut row)?,
        tally: Columns::read(&mut row)?,
        charges: Vec::new(),
    })
}

impl Snapshot<'_> {
    /// The import with this number.
    pub fn import(&self, id: i64) -> Result<Import> {
        let found =
            self.transaction.prepare_cached(&format!("{} WHERE id = ?1", *SELECT))?.query_row([id], read).optional()?;
        self.with_charges(found.ok_or_else(|| Error::NotFound {
            entity: EntityKind::Traffic,
            name: id.to_string(),
            nearest: None,
        })?)
    }

    /// The imports of a file, by its content, oldest first.
    pub fn imports_of(&self, sha256: Hash, size: u64) -> Result<Vec<Import>> {
        let sql = format!("{} WHERE sha256 = ?1 AND size = ?2 ORDER BY id", *SELECT);
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let found: Vec<Import> = statement.query_map(params![sha256, size], read)?.collect::<rusqlite::Result<_>>()?;
        found.into_iter().map(|import| self.with_charges(import)).collect()
    }

    /// Whether a file of this size was imported; a quick test before its SHA-256 is computed.
    pub fn has_import_of_size(&self, size: u64) -> Result<bool> {
        Ok(self.transaction.prepare_cached("SELECT 1 FROM import WHERE size = ?1")?.exists([size])?)
    }

    /// Passes every import that matches the filter to `each`, in the order in which they began or the reverse.
    pub fn imports<E: From<Error>>(
        &self,
        filter: &ImportFilter,
        mut each: impl FnMut(Import) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = Query::default();
        query.when_some(&format!("{STATE} = ?"), filter.state);
        query.order(&["id"], filter.newest_first);
        query.limit(filter.limit);
        query.run(&self.transaction, &SELECT, read, |import| each(self.with_charges(import)?))
    }

    fn with_charges(&self, import: Import) -> Result<Import> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT unit, sum(charge_e8) FROM import_account WHERE import_id = ?1
             GROUP BY unit HAVING sum(charge_e8) <> 0 ORDER BY unit = 'SMS' DESC, unit",
        )?;
        let charges = statement.query_map([import.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Import { charges: charges.collect::<rusqlite::Result<_>>()?, ..import })
    }

    /// An SMPP account, archived or not, by system ID or short name.
    pub fn account_with_name(&self, name: &str) -> Result<Option<ImportedAccount>> {
        for column in ["system_id", "short_name"] {
            let sql = format!("SELECT id, customer_id FROM smpp_account WHERE {column} = ?1");
            if let Some(found) = self.transaction.prepare_cached(&sql)?.query_row([name], read_account).optional()? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Passes system ID and short name of every SMPP account, archived or not, to `each`.
    pub fn accounts_with_names(&self, mut each: impl FnMut(&str, Option<&str>, ImportedAccount)) -> Result<()> {
        let mut statement =
            self.transaction.prepare_cached("SELECT id, customer_id, system_id, short_name FROM smpp_account")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let text = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str_or_null()?);
            each(text(2)?.unwrap_or_default(), text(3)?, read_account(row)?);
        }
        Ok(())
    }

    /// The last day on which an account has messages of imports that were not reverted.
    pub fn last_day_with_messages(&self, account_id: i64) -> Result<Option<i32>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT max(import_account.last_day) FROM import_account JOIN import ON import.id = import_id
             WHERE account_id = ?1 AND reverted_at IS NULL",
        )?;
        Ok(statement.query_row([account_id], |row| row.get(0))?)
    }

    /// The number of SMPP accounts, archived ones included.
    pub fn accounts(&self) -> Result<u64> {
        Ok(self.transaction.query_row("SELECT count(*) FROM smpp_account", [], |row| row.get(0))?)
    }

    /// The system ID of the account with this ID.
    pub fn system_id_of(&self, account_id: i64) -> Result<String> {
        let mut statement = self.transaction.prepare_cached("SELECT system_id FROM smpp_account WHERE id = ?1")?;
        Ok(statement.query_row([account_id], |row| row.get(0))?)
    }

    /// Whether an import charges, and by which version of prices; `None` if it is from before price plans.
    pub fn prices_version_of(&self, import_id: i64) -> Result<(bool, Option<PricesVersion>)> {
        let mut statement =
            self.transaction.prepare_cached("SELECT charging, prices_version FROM import WHERE id = ?1")?;
        let found =
            statement.query_row([import_id], |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(PricesVersion))));
        found
            .optional()?
            .ok_or_else(|| Error::Damaged(format!("a message belongs to import {import_id}, which does not exist")))
    }

    /// The first import, other than `except`, that is unfinished or of another dialect and has messages of the same account and
    /// days; and that account.
    pub fn overlapping_import(
        &self,
        dialect: Option<&str>,
        except: Option<i64>,
        days: &[AccountDays],
    ) -> Result<Option<(Import, AccountDays)>> {
        let (first, last) = (days.iter().map(|days| days.first_day).min(), days.iter().map(|days| days.last_day).max());
        let sql = format!(
            "{} WHERE last_day >= ?1 AND first_day <= ?2 AND id IS NOT ?3
             AND (state = 'unfinished' OR dialect <> ?4) AND reverted_at IS NULL ORDER BY id",
            *SELECT
        );
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let imports = statement.query_map(params![first, last, except, dialect], read)?;
        let mut overlap = self.transaction.prepare_cached(
            "SELECT 1 FROM import_account WHERE import_id = ?1 AND account_id = ?2 AND last_day >= ?3 AND first_day <= ?4",
        )?;
        for import in imports {
            let import = import?;
            for days in days {
                if overlap.exists(params![import.id, days.account_price.account_id, days.first_day, days.last_day])? {
                    return Ok(Some((import, *days)));
                }
            }
        }
        Ok(None)
    }

    /// The accounts of an import, once for each unit that they are charged in.
    pub fn import_accounts(&self, import_id: i64) -> Result<Vec<AccountPrice>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT account_id, customer_id, unit, price_e8, charging
             FROM import_account JOIN import ON import.id = import_id WHERE import_id = ?1 ORDER BY account_id",
        )?;
        let account_prices = statement.query_map([import_id], read_account_price)?;
        Ok(account_prices.collect::<rusqlite::Result<_>>()?)
    }

    /// The charges of an import by account; zero while the charge of an account is not posted.
    pub fn charges_of(&self, import_id: i64) -> Result<Vec<(AccountPrice, Charge)>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT account_id, customer_id, unit, price_e8, charging, messages, parts, charge_e8
             FROM import_account JOIN import ON import.id = import_id WHERE import_id = ?1",
        )?;
        let charges = statement.query_map([import_id], |row| {
            let charge = Charge { messages: row.get(5)?, parts: row.get(6)?, amount: row.get(7)? };
            Ok((read_account_price(row)?, charge))
        })?;
        Ok(charges.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// Records that the import of a file begins, with the days of its messages. Its accounts must be added in the same transaction.
    pub fn begin_import(
        &mut self,
        manifest: &Manifest,
        days: Option<(i32, i32)>,
        prices: Option<PricesVersion>,
    ) -> Result<i64> {
        let (first, last) = days.unzip();
        columns::write(&self.transaction, &INSERT, |binder| {
            binder.value(ImportState::Unfinished)?;
            binder.value(first)?;
            binder.value(last)?;
            binder.value(prices.map(|version| version.0))?;
            binder.value(self.at())?;
            binder.value(&self.origin().actor)?;
            manifest.bind(binder)
        })?;
        Ok(self.transaction.last_insert_rowid())
    }

    /// Records the accounts of an import with their prices, days and charges; the charge is zero if it is posted later.
    pub fn add_import_accounts(&mut self, id: i64, accounts: &[(AccountDays, Charge)]) -> Result<()> {
        let insert = |rows: usize| {
            let rows = vec!["(?,?,?,?,?,?,?,?,?,?)"; rows].join(",");
            format!(
                "INSERT OR FAIL INTO import_account
                 (import_id, account_id, customer_id, unit, price_e8, first_day, last_day, messages, parts, charge_e8)
                 VALUES {rows}"
            )
        };
        write_rows(&self.transaction, accounts, insert, |statement, (days, charge)| {
            let AccountDays { account_price, first_day, last_day } = days;
            statement.bind(id)?;
            statement.bind(account_price.account_id)?;
            statement.bind(account_price.customer_id)?;
            statement.bind(account_price.unit)?;
            statement.bind(account_price.price)?;
            statement.bind(first_day)?;
            statement.bind(last_day)?;
            statement.bind(charge.messages)?;
            statement.bind(charge.parts)?;
            statement.bind(charge.amount)
        })
    }

    /// Adds the counts of further rows to an import, and the numbers of messages of earlier imports that it knew and changed.
    pub fn add_to_import(&mut self, id: i64, tally: &TrafficTally, earlier: &EarlierMessages) -> Result<()> {
        columns::write(&self.transaction, &ADD_TALLY, |binder| {
            binder.value(tally.rows())?;
            tally.bind(binder)?;
            binder.value(earlier.known)?;
            binder.value(earlier.changed)?;
            binder.value(id)
        })?;
        Ok(())
    }

    /// Records the charges of some accounts of an import.
    pub fn note_charges(&mut self, id: i64, charges: &[(AccountPrice, Charge)]) -> Result<()> {
        let mut statement = self.transaction.prepare_cached(
            "UPDATE import_account SET messages = ?4, parts = ?5, charge_e8 = ?6
             WHERE import_id = ?1 AND account_id = ?2 AND unit = ?3",
        )?;
        for (account, charge) in charges {
            let key = (id, account.account_id, account.unit);
            statement.execute(params![key.0, key.1, key.2, charge.messages, charge.parts, charge.amount])?;
        }
        Ok(())
    }

    /// Records that an import ended, and how.
    pub fn end_import(&mut self, id: i64, state: ImportState) -> Result<()> {
        self.transaction
            .prepare_cached("UPDATE import SET state = ?2, ended_at = ?3 WHERE id = ?1")?
            .execute(params![id, state, self.at()])?;
        Ok(())
    }
}

fn read_account(row: &Row<'_>) -> rusqlite::Result<ImportedAccount> {
    Ok(ImportedAccount { account_id: row.get(0)?, customer_id: row.get(1)? })
}

pub(in crate::store::sqlite) fn read_account_price(row: &Row<'_>) -> rusqlite::Result<AccountPrice> {
    Ok(AccountPrice {
        account_id: row.get(0)?,
        customer_id: row.get(1)?,
        unit: row.get(2)?,
        price: row.get(3)?,
        charging: row.get(4)?,
    })
}
