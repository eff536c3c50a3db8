//! Checks what belongs to SMPP accounts: numbers of closed user groups, and previous passwords.

use crate::error::Result;
use crate::model::{Msisdn, Time};
use crate::store::Snapshot;
use crate::store::sqlite::check::CheckReport;

impl Snapshot<'_> {
    /// Reads every number of every closed user group: reading a number checks it against its rule.
    pub(super) fn check_cug_numbers(&self) -> Result<()> {
        let mut statement = self.transaction.prepare("SELECT msisdn FROM cug_number")?;
        let mut numbers = statement.query([])?;
        while let Some(number) = numbers.next()? {
            number.get::<_, Msisdn>(0)?;
        }
        Ok(())
    }

    /// Checks that no previous password outlived its grace period. Every write deletes those that ended before it, so one that
    /// ended before the last event and still exists was not written by ssgctl.
    pub(super) fn check_previous_passwords(&self, report: &mut CheckReport) -> Result<()> {
        let mut statement = self.transaction.prepare(
            "SELECT system_id, valid_until FROM previous_password JOIN smpp_account ON id = smpp_account_id
             WHERE valid_until <= (SELECT at FROM event ORDER BY id DESC LIMIT 1)",
        )?;
        let mut expired = statement.query([])?;
        while let Some(row) = expired.next()? {
            let (system_id, until): (String, Time) = (row.get(0)?, row.get(1)?);
            report.add(format!(
                "SMPP account {system_id} still has its previous password, whose grace period ended at {until}"
            ));
        }
        Ok(())
    }
}
