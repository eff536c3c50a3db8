//! SMPP accounts.

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{Customer, EntityKind, Lifecycle, Service, SmppAccount, SmppDetails, SystemId};
use crate::store::sqlite::filter::{Query, nearest};
use crate::store::sqlite::values::{from_json, to_json};
use crate::store::{Page, SmppFilter, SmppSort, Snapshot, Tx};

const SELECT: &str = "SELECT smpp_account.id, smpp_account.customer_id, customer.account_code, system_id,
    smpp_account.name, short_name, system_type, address_range, service.code,
    enabled, binding_enabled, submit_enabled, use_cug, max_tps, max_binds, allowed_ips,
    mt_webhook, dlr_webhook, mo_webhook, mo_numbers,
    (SELECT count(*) FROM cug_number WHERE smpp_account_id = smpp_account.id),
    previous_password.valid_until,
    smpp_account.created_at, smpp_account.updated_at, smpp_account.archived_at
    FROM smpp_account
    JOIN customer ON customer.id = smpp_account.customer_id
    JOIN service ON service.id = smpp_account.service_id
    LEFT JOIN previous_password ON previous_password.smpp_account_id = smpp_account.id";

fn read(row: &Row<'_>) -> rusqlite::Result<SmppAccount> {
    Ok(SmppAccount {
        id: row.get(0)?,
        customer_id: row.get(1)?,
        customer: row.get(2)?,
        system_id: row.get(3)?,
        details: SmppDetails {
            name: row.get(4)?,
            short_name: row.get(5)?,
            system_type: row.get(6)?,
            address_range: row.get(7)?,
            service: row.get(8)?,
            enabled: row.get(9)?,
            binding_enabled: row.get(10)?,
            submit_enabled: row.get(11)?,
            use_cug: row.get(12)?,
            max_tps: row.get(13)?,
            max_binds: row.get(14)?,
            allowed_ips: from_json(row, 15)?,
            mt_webhook: row.get(16)?,
            dlr_webhook: row.get(17)?,
            mo_webhook: row.get(18)?,
            mo_numbers: from_json(row, 19)?,
        },
        cug_size: row.get::<_, i64>(20)?.unsigned_abs(),
        previous_password_until: row.get(21)?,
        lifecycle: Lifecycle { created_at: row.get(22)?, updated_at: row.get(23)?, archived_at: row.get(24)? },
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
            search: None,
            page: Page { sort: SmppSort::SystemId, descending: false, limit: None },
        }
    }
}

impl Snapshot<'_> {
    /// The SMPP account of a system ID or, in any case, of a short name.
    pub fn smpp_account(&self, name: &str) -> Result<SmppAccount> {
        let found = self.smpp_account_named(name)?;
        match found {
            Some(account) => Ok(account),
            None => Err(Error::NotFound {
                entity: EntityKind::Smpp,
                name: name.to_owned(),
                nearest: nearest(
                    &self.transaction,
                    "SELECT system_id FROM smpp_account UNION ALL
                     SELECT short_name FROM smpp_account WHERE short_name IS NOT NULL",
                    name,
                )?,
            }),
        }
    }

    /// The same, or nothing.
    pub fn smpp_account_named(&self, name: &str) -> Result<Option<SmppAccount>> {
        // No short name equals a system ID (see `ops::smpp`), so at most one row answers.
        let sql = format!("{SELECT} WHERE system_id = ?1 OR short_name = ?1");
        Ok(self.transaction.prepare_cached(&sql)?.query_row([name], read).optional()?)
    }

    /// The SMPP account of a row.
    pub fn smpp_account_of(&self, id: i64) -> Result<SmppAccount> {
        let select = format!("{SELECT} WHERE smpp_account.id = ?1");
        Ok(self.transaction.prepare_cached(&select)?.query_row([id], read)?)
    }

    /// Whether a system ID is in use or reserved.
    pub fn has_system_id(&self, system_id: &str) -> Result<bool> {
        Ok(self.transaction.prepare_cached("SELECT 1 FROM smpp_account WHERE system_id = ?1")?.exists([system_id])?)
    }

    /// Whether an account other than that of `own` has a system ID that reads so in any case.
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

    /// Hands every SMPP account that the filter keeps to `each`, in order.
    pub fn smpp_accounts<E: From<Error>>(
        &self,
        filter: &SmppFilter,
        each: impl FnMut(SmppAccount) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = Query::default();
        query.archive_filter("smpp_account.archived_at", filter.archive_filter);
        query.when_some("smpp_account.customer_id = ?", filter.customer_id);
        query.when_some("service_id = ?", filter.service_id);
        query.when_some("enabled = ?", filter.enabled);
        query.search(
            "(system_id LIKE ? OR smpp_account.name LIKE ? OR short_name LIKE ? OR customer.account_code LIKE ?)",
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
        query.run(&self.transaction, SELECT, read, each)
    }
}

impl Tx<'_> {
    /// Adds an account to a customer, under a system ID and a short name that are free.
    pub fn insert_smpp_account(
        &mut self,
        customer: &Customer,
        service: &Service,
        system_id: SystemId,
        details: SmppDetails,
        sealed: &[u8],
    ) -> Result<SmppAccount> {
        let lifecycle = Lifecycle::begun(self.at());
        self.transaction
            .prepare_cached(
                "INSERT INTO smpp_account (customer_id, system_id, password_sealed, name, short_name, system_type,
                    address_range, service_id, enabled, binding_enabled, submit_enabled, use_cug, max_tps, max_binds,
                    allowed_ips, mt_webhook, dlr_webhook, mo_webhook, mo_numbers, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?20)",
            )?
            .execute(params![
                customer.id,
                system_id,
                sealed,
                details.name,
                details.short_name,
                details.system_type,
                details.address_range,
                service.id,
                details.enabled,
                details.binding_enabled,
                details.submit_enabled,
                details.use_cug,
                details.max_tps,
                details.max_binds,
                to_json(&details.allowed_ips)?,
                details.mt_webhook,
                details.dlr_webhook,
                details.mo_webhook,
                to_json(&details.mo_numbers)?,
                lifecycle.created_at,
            ])?;
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

    /// Saves the details of an account, of the service that they name.
    pub fn update_smpp_account(&mut self, account: &SmppAccount, service: &Service) -> Result<()> {
        let details = &account.details;
        self.transaction
            .prepare_cached(
                "UPDATE smpp_account SET name = ?2, short_name = ?3, system_type = ?4, address_range = ?5, service_id = ?6,
                    enabled = ?7, binding_enabled = ?8, submit_enabled = ?9, use_cug = ?10, max_tps = ?11, max_binds = ?12,
                    allowed_ips = ?13, mt_webhook = ?14, dlr_webhook = ?15, mo_webhook = ?16, mo_numbers = ?17,
                    updated_at = ?18
                 WHERE id = ?1",
            )?
            .execute(params![
                account.id,
                details.name,
                details.short_name,
                details.system_type,
                details.address_range,
                service.id,
                details.enabled,
                details.binding_enabled,
                details.submit_enabled,
                details.use_cug,
                details.max_tps,
                details.max_binds,
                to_json(&details.allowed_ips)?,
                details.mt_webhook,
                details.dlr_webhook,
                details.mo_webhook,
                to_json(&details.mo_numbers)?,
                account.lifecycle.updated_at,
            ])?;
        Ok(())
    }

    /// Saves when an account changed, for a change that is not in its own row.
    pub fn touch_smpp_account(&mut self, account: &SmppAccount) -> Result<()> {
        self.transaction
            .prepare_cached("UPDATE smpp_account SET updated_at = ?2 WHERE id = ?1")?
            .execute(params![account.id, account.lifecycle.updated_at])?;
        Ok(())
    }

    /// Marks an account as archived, by itself or `with_customer`.
    pub fn archive_smpp_account(&mut self, account: &SmppAccount, with_customer: bool) -> Result<()> {
        let at = self.at();
        self.transaction
            .prepare_cached(
                "UPDATE smpp_account SET archived_at = ?2, updated_at = ?2, archived_with_customer = ?3 WHERE id = ?1",
            )?
            .execute(params![account.id, at, with_customer])?;
        Ok(())
    }

    /// Brings an archived account back.
    pub fn unarchive_smpp_account(&mut self, account: &SmppAccount) -> Result<()> {
        let at = self.at();
        self.transaction
            .prepare_cached(
                "UPDATE smpp_account SET archived_at = NULL, updated_at = ?2, archived_with_customer = 0 WHERE id = ?1",
            )?
            .execute(params![account.id, at])?;
        Ok(())
    }

    /// The accounts that were archived because this customer was.
    pub fn smpp_accounts_archived_with(&self, customer: &Customer) -> Result<Vec<SmppAccount>> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "{SELECT} WHERE smpp_account.customer_id = ?1 AND archived_with_customer = 1 ORDER BY system_id"
        ))?;
        let accounts = statement.query_map([customer.id], read)?;
        Ok(accounts.collect::<rusqlite::Result<_>>()?)
    }
}
