//! Sealed passwords of SMPP accounts, and previous passwords, which stay valid during their grace period.

use rusqlite::{OptionalExtension, params};

use crate::error::Result;
use crate::model::{SmppAccount, Time};
use crate::store::{Snapshot, Tx};

impl Snapshot<'_> {
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

impl Tx<'_> {
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
