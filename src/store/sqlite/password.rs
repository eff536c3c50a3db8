//! Sealed passwords of SMPP accounts, and previous passwords, which stay valid during their grace period.

use rusqlite::{OptionalExtension, params};

use crate::error::{Error, Result};
use crate::model::{ApiId, KeyFingerprint, SmppAccount, SystemId, Time};
use crate::store::vault::Vault;
use crate::store::{Snapshot, Tx};

/// The key of most passwords, for a document that does not name one.
const ADOPT_KEY: &str = "INSERT OR IGNORE INTO vault_key (id, fingerprint)
    SELECT 1, substr(password_sealed, 2, 8) FROM smpp_account GROUP BY 2 ORDER BY count(*) DESC, max(id) DESC LIMIT 1";

impl Snapshot<'_> {
    /// The fingerprint of the key that seals the passwords; `None` if no password was ever sealed.
    pub fn vault_key(&self) -> Result<Option<KeyFingerprint>> {
        let mut statement = self.transaction.prepare_cached("SELECT fingerprint FROM vault_key")?;
        Ok(statement.query_row([], |row| row.get(0)).optional()?.map(KeyFingerprint))
    }

    /// Counts the passwords, current and previous ones, and those among them that a vault cannot open.
    pub fn count_passwords(&self, vault: Option<&Vault>) -> Result<PasswordCount> {
        let mut statement = self.transaction.prepare(
            "SELECT c.api_id, a.system_id, a.password_sealed FROM smpp_account a JOIN customer c ON c.id = a.customer_id
             UNION ALL
             SELECT c.api_id, a.system_id, p.sealed FROM previous_password p
             JOIN smpp_account a ON a.id = p.smpp_account_id JOIN customer c ON c.id = a.customer_id",
        )?;
        let mut rows = statement.query([])?;
        let mut count = PasswordCount::default();
        while let Some(row) = rows.next()? {
            let (customer, system_id): (ApiId, SystemId) = (row.get(0)?, row.get(1)?);
            let sealed: Vec<u8> = row.get(2)?;
            count.all += 1;
            count.unreadable +=
                u64::from(vault.is_some_and(|vault| vault.unseal(&sealed, &customer, &system_id).is_err()));
        }
        Ok(count)
    }

    /// The password of an account, still encrypted.
    pub fn sealed_password(&self, account: &SmppAccount) -> Result<Vec<u8>> {
        Ok(self
            .transaction
            .prepare_cached("SELECT password_sealed FROM smpp_account WHERE id = ?1")?
            .query_row([account.id], |row| row.get(0))?)
    }

    /// The previous password of an account, still encrypted, and the end of its grace period; `None` if that ended by `at`.
    pub fn previous_password(&self, account: &SmppAccount, at: Time) -> Result<Option<(Vec<u8>, Time)>> {
        Ok(self
            .transaction
            .prepare_cached(
                "SELECT sealed, valid_until FROM previous_password WHERE smpp_account_id = ?1 AND valid_until > ?2",
            )?
            .query_row(params![account.id, at], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?)
    }
}

/// Sealed passwords, and how many of them a key does not open.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCount {
    pub all: u64,
    pub unreadable: u64,
}

impl Tx<'_> {
    /// Makes sure that a vault has the key of this database, before it seals a password. The first key becomes the key of the
    /// database.
    ///
    /// # Errors
    /// [`Error::OtherKey`] when the database has passwords under another key.
    pub fn adopt_key(&mut self, vault: &Vault) -> Result<()> {
        match self.vault_key()? {
            Some(found) if found == vault.fingerprint() => Ok(()),
            Some(expected) => {
                Err(Error::OtherKey { path: vault.path().to_owned(), found: vault.fingerprint(), expected })
            }
            None => self.replace_key(vault),
        }
    }

    /// Makes the key of a vault the key of the database. Passwords under another key can no longer be decrypted.
    pub fn replace_key(&mut self, vault: &Vault) -> Result<()> {
        self.transaction
            .prepare_cached("INSERT OR REPLACE INTO vault_key (id, fingerprint) VALUES (1, ?1)")?
            .execute([vault.fingerprint().0])?;
        Ok(())
    }

    /// Names the key of most passwords as the key of the database, if none is named. Older documents name none.
    pub fn adopt_key_of_passwords(&mut self) -> Result<()> {
        self.transaction.execute(ADOPT_KEY, [])?;
        Ok(())
    }

    /// Replaces the password of an account. The current one becomes the previous password, valid until `kept_until`, if that is
    /// given; an earlier previous password is deleted.
    pub fn replace_password(&mut self, account: &SmppAccount, sealed: &[u8], kept_until: Option<Time>) -> Result<()> {
        self.delete_previous_password(account)?;
        if let Some(until) = kept_until {
            self.transaction
                .prepare_cached(
                    "INSERT INTO previous_password (smpp_account_id, sealed, valid_until)
                     SELECT id, password_sealed, ?2 FROM smpp_account WHERE id = ?1",
                )?
                .execute(params![account.id, until])?;
        }
        let at = self.at();
        self.transaction
            .prepare_cached("UPDATE smpp_account SET password_sealed = ?2, updated_at = ?3 WHERE id = ?1")?
            .execute(params![account.id, sealed, at])?;
        Ok(())
    }

    /// Deletes the previous password of an account.
    pub fn delete_previous_password(&mut self, account: &SmppAccount) -> Result<()> {
        self.transaction
            .prepare_cached("DELETE FROM previous_password WHERE smpp_account_id = ?1")?
            .execute([account.id])?;
        Ok(())
    }

    /// Deletes the previous passwords of all accounts whose grace period ended at or before a time.
    pub fn delete_previous_passwords_until(&mut self, end: Time) -> Result<()> {
        self.transaction.prepare_cached("DELETE FROM previous_password WHERE valid_until <= ?1")?.execute([end])?;
        Ok(())
    }
}
