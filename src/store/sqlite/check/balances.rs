//! Checks balances against the audit log.

use std::collections::{BTreeMap, HashMap};

use rusqlite::params;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::model::{Balance, EntityKind, Money, Time, Unit};
use crate::store::sqlite::check::CheckReport;
use crate::store::sqlite::check::new_part::NewPart;
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
    pub(super) fn check_balances(&self, part: &NewPart, report: &mut CheckReport) -> Result<()> {
        let mut recorded: BTreeMap<String, RecordedBalance> = BTreeMap::new();
        let mut last_entry = 0;
        let balances = EventFilter {
            entities: vec![EntityKind::Balance],
            ids: Some(EventFilter::after(part.event)),
            ..EventFilter::default()
        };
        self.events(&balances, |event| {
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
        let accrued_at = self.last_accrued_at(part.accrual)?;
        self.balances(&BalanceFilter::every(), |balance| {
            let name = balance.name();
            let last = recorded.remove(&name);
            // Charges accrue without an event for each balance.
            let accrued_at = accrued_at.get(&(balance.customer_id, balance.unit)).copied();
            if part.event > 0 && last.is_none() && accrued_at.is_none() {
                // Its last event was checked before.
                return Ok(());
            }
            let last = last.unwrap_or_default();
            // Events begin a little before the head, so a balance that has one may have accrued charges before the head as well.
            let is_known = match (last.at, accrued_at) {
                // An import made it to reserve something.
                (None, None) => {
                    (balance.balance, balance.accrued) == (Money::ZERO, Money::ZERO)
                        && self.has_import_in(balance.customer_id, balance.unit)?
                }
                times => [times.0, times.1].contains(&Some(balance.updated_at)),
            };
            let is_known = is_known || part.event > 0 && self.accrued_at(&balance)?;
            // An earlier event may have set the limit, if this part does not begin with the first.
            let has_limit = part.event == 0 || !last.credit_limit.is_empty();
            if !is_known || has_limit && balance.credit_limit != last.credit_limit.parse().unwrap_or_default() {
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

    /// Whether an import has messages of a customer in a unit.
    fn has_import_in(&self, customer_id: i64, unit: Unit) -> Result<bool> {
        let sql = "SELECT 1 FROM import_account WHERE customer_id = ?1 AND unit = ?2";
        Ok(self.transaction.prepare_cached(sql)?.exists(params![customer_id, unit])?)
    }

    /// Whether a balance accrued charges when it changed last.
    fn accrued_at(&self, balance: &Balance) -> Result<bool> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT 1 FROM accrual JOIN accrued_charge ON accrual_id = accrual.id
             WHERE at = ?1 AND customer_id = ?2 AND unit = ?3",
        )?;
        Ok(statement.exists(params![balance.updated_at, balance.customer_id, balance.unit])?)
    }

    /// When each balance accrued charges last, after an accrual.
    fn last_accrued_at(&self, accrual: i64) -> Result<HashMap<(i64, Unit), Time>> {
        let mut statement = self.transaction.prepare(
            "SELECT customer_id, unit, at FROM accrued_charge JOIN accrual ON accrual.id = accrual_id
             WHERE accrual_id > ?1 ORDER BY accrual_id",
        )?;
        let last = statement.query_map([accrual], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
        Ok(last.collect::<rusqlite::Result<_>>()?)
    }
}
