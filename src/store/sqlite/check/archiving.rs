//! Checks that SMPP accounts follow the archiving of their customers.

use crate::error::Result;
use crate::store::Snapshot;
use crate::store::sqlite::check::CheckReport;

impl Snapshot<'_> {
    /// Checks that an archived customer has no active account, and an active one no account that was archived with it.
    pub(super) fn check_archiving(&self, report: &mut CheckReport) -> Result<()> {
        let mut statement = self.transaction.prepare(
            "SELECT system_id, account_code FROM smpp_account JOIN customer ON customer.id = smpp_account.customer_id
             WHERE customer.archived_at IS NOT NULL AND smpp_account.archived_at IS NULL
                OR customer.archived_at IS NULL AND smpp_account.archived_with_customer",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (system_id, customer): (String, String) = (row.get(0)?, row.get(1)?);
            report.add(format!("SMPP account {system_id} does not follow the archiving of its customer {customer}"));
        }
        Ok(())
    }
}
