//! Checks what balances have reserved against the messages that may still be delivered.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::Unit;
use crate::store::sqlite::check::CheckReport;
use crate::store::sqlite::check::traffic::MessageWalk;
use crate::store::{BalanceFilter, Snapshot, TrafficFilter};

impl Snapshot<'_> {
    /// Compares what each balance has reserved with its messages.
    pub(super) fn check_reserved(&self, walk: &MessageWalk, report: &mut CheckReport) -> Result<()> {
        let accounts = self.traffic_accounts(&TrafficFilter::default())?;
        let customers: BTreeMap<i64, i64> =
            accounts.into_iter().map(|account| (account.id, account.customer_id)).collect();
        let mut expected: BTreeMap<(i64, Unit), i128> = BTreeMap::new();
        for ((account_id, unit), amount) in &walk.reserved {
            let customer_id = customers.get(account_id).copied().unwrap_or(0);
            *expected.entry((customer_id, *unit)).or_default() += amount;
        }
        expected.retain(|_, amount| *amount != 0);
        self.balances(&BalanceFilter::every(), |balance| {
            let found = i128::from(balance.reserved.e8());
            if expected.remove(&(balance.customer_id, balance.unit)).unwrap_or_default() != found {
                report.add(format!(
                    "balance {} has reserved {}, but its messages that may still be delivered cost something else",
                    balance.name(),
                    balance.unit.format(balance.reserved)
                ));
            }
            Ok::<_, Error>(())
        })?;
        for (customer_id, unit) in expected.keys() {
            report.add(format!("customer row {customer_id} has {unit} messages to reserve but no {unit} balance"));
        }
        Ok(())
    }
}
