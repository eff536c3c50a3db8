//! The numbers of closed user groups.

use rusqlite::params;

use crate::error::{Error, Result};
use crate::model::{Msisdn, MsisdnSet, SmppAccount};
use crate::store::{Snapshot, Tx};

const SELECT: &str = "SELECT msisdn FROM cug_number WHERE smpp_account_id = ?1 ORDER BY msisdn";

impl Snapshot<'_> {
    /// Passes every number of an account's closed user group to `each`, in order.
    pub fn cug_numbers<E: From<Error>>(
        &self,
        account: &SmppAccount,
        mut each: impl FnMut(Msisdn) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.transaction.prepare_cached(SELECT).map_err(Error::from)?;
        let numbers = statement.query_map([account.id], |row| row.get(0)).map_err(Error::from)?;
        for number in numbers {
            each(number.map_err(Error::from)?)?;
        }
        Ok(())
    }

    /// The numbers of an account's closed user group, in order.
    pub fn cug(&self, account: &SmppAccount) -> Result<Vec<Msisdn>> {
        let mut statement = self.transaction.prepare_cached(SELECT)?;
        let numbers = statement.query_map([account.id], |row| row.get(0))?;
        Ok(numbers.collect::<rusqlite::Result<_>>()?)
    }

    /// The numbers of an account's closed user group as a compact set.
    pub fn cug_set(&self, account: &SmppAccount) -> Result<MsisdnSet> {
        let mut statement = self.transaction.prepare_cached(SELECT)?;
        let numbers = statement.query_map([account.id], |row| row.get(0))?;
        Ok(numbers.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// Adds a number to an account's closed user group; `false` if the group already has it.
    pub fn insert_cug_number(&mut self, account: &SmppAccount, number: &Msisdn) -> Result<bool> {
        let added = self
            .transaction
            .prepare_cached("INSERT OR IGNORE INTO cug_number (smpp_account_id, msisdn) VALUES (?1, ?2)")?
            .execute(params![account.id, number])?;
        Ok(added > 0)
    }

    /// Deletes a number from an account's closed user group; `false` if it is not in the group.
    pub fn delete_cug_number(&mut self, account: &SmppAccount, number: &Msisdn) -> Result<bool> {
        let removed = self
            .transaction
            .prepare_cached("DELETE FROM cug_number WHERE smpp_account_id = ?1 AND msisdn = ?2")?
            .execute(params![account.id, number])?;
        Ok(removed > 0)
    }
}
