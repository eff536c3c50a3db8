//! Checks balances against the audit log.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::model::{EntityKind, Time, Unit};
use crate::store::sqlite::check::CheckReport;
use crate::store::{BalanceFilter, EventFilter, Snapshot};

/// The last state of a balance according to the audit log.
#[derive(Default)]
struct RecordedBalance {
    at: Option<Time>,
    /// Empty if no credit limit was ever set.
    credit_limit: String,
}

impl Snapshot<'_> {
    /// Compares balances, and the number of the last entry, with what the audit log recorded.
    pub(super) fn check_balances(&self, report: &mut CheckReport) -> Result<()> {
        let mut recorded: BTreeMap<String, RecordedBalance> = BTreeMap::new();
        let mut last_entry = 0;
        self.events(&EventFilter { entities: vec![EntityKind::Balance], ..EventFilter::default() }, |event| {
            let now = |field: &str| event.change.fields.get(field).and_then(|step| step.get(1));
            if now("balance").or(now("credit_limit")).or(now("entry")).is_none() {
                // The event changed only the warning of the balance.
                return Ok(());
            }
            let balance = recorded.entry(event.change.subject.clone()).or_default();
            balance.at = Some(event.at);
            if let Some(limit) = now("credit_limit").and_then(Value::as_str) {
                limit.clone_into(&mut balance.credit_limit);
            }
            last_entry = last_entry.max(now("entry").and_then(Value::as_i64).unwrap_or_default());
            Ok::<_, Error>(())
        })?;
        let accrued_at = self.last_accrued_at()?;
        self.balances(&BalanceFilter::every(), |balance| {
            let name = balance.name();
            let last = recorded.remove(&name).unwrap_or_default();
            let limit = last.credit_limit.parse().unwrap_or_default();
            // Charges accrue without an event for each balance.
            let accrued_at = accrued_at.get(&(balance.customer_id, balance.unit)).copied();
            let is_known = [last.at, accrued_at].contains(&Some(balance.updated_at));
            if !is_known || balance.credit_limit != limit {
                report.add(format!("balance {name} differs from its last event in the audit log"));
            }
            Ok::<_, Error>(())
        })?;
        for name in recorded.keys() {
            report.add(format!("balance {name} is in the audit log but not in the database"));
        }
        let found: i64 = self.transaction.query_row("SELECT coalesce(max(id), 0) FROM entry", [], |row| row.get(0))?;
        if found < last_entry {
            report.add(format!("the ledger ends with entry {found}, but the audit log has entry {last_entry}"));
        }
        Ok(())
    }

    /// When each balance accrued charges last.
    fn last_accrued_at(&self) -> Result<HashMap<(i64, Unit), Time>> {
        let mut statement = self.transaction.prepare(
            "SELECT customer_id, unit, at FROM accrued_charge JOIN accrual ON accrual.id = accrual_id ORDER BY accrual_id",
        )?;
        let last = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
        Ok(last.collect::<rusqlite::Result<_>>()?)
    }
}
