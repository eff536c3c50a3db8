//! SMPP accounts: finding, listing, adding, changing and archiving them.

use std::sync::LazyLock;

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{Customer, EntityKind, Lifecycle, Service, SmppAccount, SmppDetails, SystemId};
use crate::store::sqlite::columns::{self, Columns, RowReader, columns};
use crate::store::sqlite::filter::{Query, nearest};
use crate::store::sqlite::price_history::service_of_account;
use crate::store::{Page, SmppFilter, SmppSort, Snapshot, Tx};

columns! {
    SmppDetails in "smpp_account" {
        value name: "name",
        value short_name: "short_name",
        value system_type: "system_type",
        value address_range: "address_range",
        value enabled: "enabled",
        value binding_enabled: "binding_enabled",
        value submit_enabled: "submit_enabled",
        value use_cug: "use_cug",
        value max_tps: "max_tps",
        value max_binds: "max_binds",
        json allowed_ips: "allowed_ips",
        value mt_webhook: "mt_webhook",
        value dlr_webhook: "dlr_webhook",
        value mo_webhook: "mo_webhook",
        list mo_numbers: "mo_numbers",
        value managed_by: "managed_by",
    }
    joined service: "service.code"
}

static SELECT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT smpp_account.id, smpp_account.customer_id, customer.account_code, system_id,
            (SELECT count(*) FROM cug_number WHERE smpp_account_id = smpp_account.id), previous_password.valid_until,
            smpp_account.created_at, smpp_account.updated_at, smpp_account.archived_at{}
         FROM smpp_account
         JOIN customer ON customer.id = smpp_account.customer_id
         JOIN service ON service.id = {}
         LEFT JOIN previous_password ON previous_password.smpp_account_id = smpp_account.id",
        SmppDetails::SELECTED,
        service_of_account()
    )
});

/// Both kinds of names of accounts with their columns, for completion.
const NAMES: [(&str, &str); 2] = [
    ("system_id", "SELECT system_id, account_code FROM smpp_account JOIN customer ON customer.id = customer_id"),
    ("short_name", "SELECT short_name, account_code FROM smpp_account JOIN customer ON customer.id = customer_id"),
];

fn names_query(column: &str, begun: &str, limit: u64) -> Query<'static> {
    let mut query = Query::default();
    query.begins(column, begun);
    query.order(&[&format!("{column} COLLATE NOCASE")], false);
    query.limit(Some(limit));
    query
}

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let own = "customer_id, system_id, password_sealed, service_id, created_at, updated_at";
    columns::insert("smpp_account", own, SmppDetails::WRITTEN)
});

static UPDATE: LazyLock<String> = LazyLock::new(|| columns::update("smpp_account", "updated_at", SmppDetails::WRITTEN));

fn read(row: &Row<'_>) -> rusqlite::Result<SmppAccount> {
    let mut row = RowReader::new(row);
    Ok(SmppAccount {
        id: row.value()?,
        customer_id: row.value()?,
        customer: row.value()?,
        system_id: row.value()?,
        cug_size: row.value::<i64>()?.unsigned_abs(),
        previous_password_until: row.value()?,
        lifecycle: Lifecycle { created_at: row.value()?, updated_at: row.value()?, archived_at: row.value()? },
        details: Columns::read(&mut row)?,
    })
}

impl SmppFilter {
    /// Every account of a customer, archived ones included, by system ID.
    pub fn of_customer(customer_id: i64) -> Self {
        Self { customer_id: Some(customer_id), ..Self::every() }
    }

    /// Every account, archived ones included, by system ID.
    pub fn every() -> Self {
        Self {
            customer_id: None,
            archive_filter: crate::store::ArchiveFilter::All,
            service_id: None,
            enabled: None,
            without_ip_limit: false,
            search: None,
            page: Page { sort: SmppSort::SystemId, descending: false, limit: None },
        }
    }
}

impl Snapshot<'_> {
    /// The SMPP account of a system ID or, in any case, of a short name.
    pub fn smpp_account(&self, name: &str) -> Result<SmppAccount> {
        if let Some(account) = self.smpp_account_named(name)? {
            return Ok(account);
        }
        let nearest = match self.only_account_of(name)? {
            Some(system_id) => Some(system_id),
            None => nearest(
                &self.transaction,
                "SELECT system_id FROM smpp_account UNION ALL
                 SELECT short_name FROM smpp_account WHERE short_name IS NOT NULL",
                name,
            )?,
        };
        Err(Error::NotFound { entity: EntityKind::Smpp, name: name.to_owned(), nearest })
    }

    /// The system ID of a customer's account, if it has one only.
    fn only_account_of(&self, customer: &str) -> Result<Option<String>> {
        let sql = "SELECT min(system_id) FROM smpp_account
                   WHERE customer_id = (SELECT id FROM customer WHERE account_code = ?1) HAVING count(*) = 1";
        Ok(self.transaction.prepare_cached(sql)?.query_row([customer], |row| row.get(0)).optional()?)
    }

    /// The account that [`Self::smpp_account`] finds, or `None`.
    pub fn smpp_account_named(&self, name: &str) -> Result<Option<SmppAccount>> {
        // No short name equals a system ID (`ops::smpp` refuses it), so at most one row matches.
        let sql = format!("{} WHERE system_id = ?2 OR short_name = ?2", *SELECT);
        Ok(self.transaction.prepare_cached(&sql)?.query_row(params![self.at(), name], read).optional()?)
    }

    /// The SMPP account of a row.
    pub fn smpp_account_of(&self, id: i64) -> Result<SmppAccount> {
        let select = format!("{} WHERE smpp_account.id = ?2", *SELECT);
        Ok(self.transaction.prepare_cached(&select)?.query_row(params![self.at(), id], read)?)
    }

    /// Whether a system ID is in use or reserved.
    pub fn has_system_id(&self, system_id: &str) -> Result<bool> {
        Ok(self.transaction.prepare_cached("SELECT 1 FROM smpp_account WHERE system_id = ?1")?.exists([system_id])?)
    }

    /// Whether an account other than `own` has this name as its system ID, ignoring case.
    pub fn has_other_system_id_like(&self, name: &str, own: &SystemId) -> Result<bool> {
        Ok(self
            .transaction
            .prepare_cached("SELECT 1 FROM smpp_account WHERE system_id = ?1 COLLATE NOCASE AND system_id <> ?2")?
            .exists(params![name, own])?)
    }

    /// Whether a short name is in use or reserved.
    pub fn has_short_name(&self, short_name: &str) -> Result<bool> {
        Ok(self.transaction.prepare_cached("SELECT 1 FROM smpp_account WHERE short_name = ?1")?.exists([short_name])?)
    }

    /// Passes each system ID and short name that begins with a text in any case to `each`, with the account code of its customer:
    /// first system IDs, then short names, each in order and up to a number.
    pub fn account_names_from(&self, begun: &str, limit: u64, mut each: impl FnMut(&str, &str)) -> Result<()> {
        for (name, select) in NAMES {
            let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
            names_query(name, begun, limit).run(
                &self.transaction,
                select,
                read,
                |(name, customer): (String, String)| {
                    each(&name, &customer);
                    Ok::<_, Error>(())
                },
            )?;
        }
        Ok(())
    }

    /// Passes every SMPP account that matches the filter to `each`, in order.
    pub fn smpp_accounts<E: From<Error>>(
        &self,
        filter: &SmppFilter,
        each: impl FnMut(SmppAccount) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = Query::with(self.at());
        query.archive_filter("smpp_account.archived_at", filter.archive_filter);
        query.when_some("smpp_account.customer_id = ?", filter.customer_id);
        query.when_some("service.id = ?", filter.service_id);
        query.when_some("enabled = ?", filter.enabled);
        if filter.without_ip_limit {
            query.always("json_array_length(allowed_ips) = 0");
        }
        query.search(
            "(system_id LIKE ? OR smpp_account.name LIKE ? OR short_name LIKE ? OR customer.account_code LIKE ?
              OR EXISTS (SELECT 1 FROM json_each(mo_numbers) WHERE value LIKE ?))",
            filter.search.as_deref(),
        );
        let columns: &[&str] = match filter.page.sort {
            SmppSort::SystemId => &["system_id"],
            SmppSort::Name => &["smpp_account.name COLLATE NOCASE", "system_id"],
            SmppSort::Customer => &["customer.account_code", "system_id"],
            SmppSort::CreatedAt => &["smpp_account.created_at", "smpp_account.id"],
            SmppSort::UpdatedAt => &["smpp_account.updated_at", "smpp_account.id"],
        };
        query.order(columns, filter.page.descending);
        query.limit(filter.page.limit);
        query.run(&self.transaction, &SELECT, read, each)
    }
}

impl Tx<'_> {
    /// Adds an account to a customer. The caller has checked that the system ID and the short name are free.
    pub fn insert_smpp_account(
        &mut self,
        customer: &Customer,
        service: &Service,
        system_id: SystemId,
        details: SmppDetails,
        sealed: &[u8],
    ) -> Result<SmppAccount> {
        let lifecycle = Lifecycle::begun(self.at());
        columns::write(&self.transaction, &INSERT, |binder| {
            binder.value(customer.id)?;
            binder.value(&system_id)?;
            binder.value(sealed)?;
            binder.value(service.id)?;
            binder.value(lifecycle.created_at)?;
            binder.value(lifecycle.updated_at)?;
            details.bind(binder)
        })?;
        Ok(SmppAccount {
            id: self.transaction.last_insert_rowid(),
            customer_id: customer.id,
            customer: customer.account_code.clone(),
            system_id,
            details,
            cug_size: 0,
            previous_password_until: None,
            lifecycle,
        })
    }

    /// Saves the details of an account, except its service, which `record_account_service` changes.
    pub fn update_smpp_account(&mut self, account: &SmppAccount) -> Result<()> {
        columns::write(&self.transaction, &UPDATE, |binder| {
            binder.value(account.lifecycle.updated_at)?;
            account.details.bind(binder)?;
            binder.value(account.id)
        })?;
        Ok(())
    }

    /// Saves the time of a change that is stored in another table, such as a new number of the closed user group.
    pub fn touch_smpp_account(&mut self, account: &SmppAccount) -> Result<()> {
        self.transaction
            .prepare_cached("UPDATE smpp_account SET updated_at = ?2 WHERE id = ?1")?
            .execute(params![account.id, account.lifecycle.updated_at])?;
        Ok(())
    }

    /// Archives an account, alone or `with_customer`.
    pub fn archive_smpp_account(&mut self, account: &SmppAccount, with_customer: bool) -> Result<()> {
        let at = self.at();
        self.transaction
            .prepare_cached(
                "UPDATE smpp_account SET archived_at = ?2, updated_at = ?2, archived_with_customer = ?3 WHERE id = ?1",
            )?
            .execute(params![account.id, at, with_customer])?;
        Ok(())
    }

    /// Unarchives an account.
    pub fn unarchive_smpp_account(&mut self, account: &SmppAccount) -> Result<()> {
        let at = self.at();
        self.transaction
            .prepare_cached(
                "UPDATE smpp_account SET archived_at = NULL, updated_at = ?2, archived_with_customer = 0 WHERE id = ?1",
            )?
            .execute(params![account.id, at])?;
        Ok(())
    }

    /// The accounts that archiving this customer archived, by system ID.
    pub fn smpp_accounts_archived_with(&self, customer: &Customer) -> Result<Vec<SmppAccount>> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "{} WHERE smpp_account.customer_id = ?2 AND archived_with_customer = 1 ORDER BY system_id",
            *SELECT
        ))?;
        let accounts = statement.query_map(params![self.at(), customer.id], read)?;
        Ok(accounts.collect::<rusqlite::Result<_>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::schema;

    #[test]
    fn names_for_completion_are_ranges_of_their_indexes() {
        let connection = schema::in_memory();
        for ((column, select), index) in NAMES.iter().zip(["by_system_id_nocase", "autoindex_smpp_account_2"]) {
            let plan = names_query(column, "ab", 10).plan(&connection, select);
            assert!(plan.contains(&format!("{index} ({column}>? AND {column}<?)")), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
