//! The self-examination of what belongs to SMPP accounts: numbers of closed user groups, and passwords of the past.

use crate::error::Result;
use crate::model::{Msisdn, Time};
use crate::store::Snapshot;
use crate::store::sqlite::check::CheckReport;

impl Snapshot<'_> {
    /// Reads every number of every closed user group, which checks each against its rule.
    pub(in crate::store::sqlite) fn check_cug_numbers(&self) -> Result<()> {
        let mut statement = self.transaction.prepare("SELECT msisdn FROM cug_number")?;
        let mut numbers = statement.query([])?;
        while let Some(number) = numbers.next()? {
            number.get::<_, Msisdn>(0)?;
        }
        Ok(())
    }

    /// Every change of the database deletes the previous passwords whose grace period is over. One that was over at the
    /// last change and is still there was put there by something else.
    pub(in crate::store::sqlite) fn check_previous_passwords(&self, report: &mut CheckReport) -> Result<()> {
        let mut statement = self.transaction.prepare(
            "SELECT system_id, valid_until FROM previous_password JOIN smpp_account ON id = smpp_account_id
             WHERE valid_until <= (SELECT at FROM event ORDER BY id DESC LIMIT 1)",
        )?;
        let mut lapsed = statement.query([])?;
        while let Some(row) = lapsed.next()? {
            let (system_id, until): (String, Time) = (row.get(0)?, row.get(1)?);
            report.add(format!("SMPP account {system_id} still has the password that was over at {until}"));
        }
        Ok(())
    }
}
