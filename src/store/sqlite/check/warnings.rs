//! Checks warnings against the audit log, and their crossings against the warnings and the ledger.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::model::{Balance, Crossing, CrossingCause, EntityKind, Level, Money, Time, Unit, WarningDetails};
use crate::store::sqlite::check::CheckReport;
use crate::store::{EventFilter, ForecastKey, Snapshot};

/// ID of the customer, and unit.
type WarningKey = (i64, Unit);

impl Snapshot<'_> {
    /// Checks all warnings and crossings.
    pub(super) fn check_warnings(&self, report: &mut CheckReport) -> Result<()> {
        let crossings = self.every_crossing()?;
        self.check_states(&crossings, report)?;
        self.check_details(report)?;
        self.check_forecasts(report)?;
        self.check_crossed_balances(report)
    }

    /// Checks that crossings are numbered without gaps and that each begins with the state in which the one before it ended.
    fn check_states(&self, crossings: &[Crossing], report: &mut CheckReport) -> Result<()> {
        let mut states: BTreeMap<WarningKey, Level> = BTreeMap::new();
        for (expected, crossing) in (1..).zip(crossings) {
            let Crossing { id, customer_id, unit, from, to, cause, .. } = crossing;
            if *id != expected {
                report.add(format!("crossing {expected} is missing"));
                break;
            }
            if states.insert((*customer_id, *unit), *to).unwrap_or(Level::Ok) != *from {
                report.add(format!("crossing {id} does not continue from the state of the one before it"));
            }
            if *cause != CrossingCause::Balance && to > from {
                report.add(format!("crossing {id} lowers the state, which its cause `{cause}` cannot do"));
            }
        }
        for warning in self.every_warning()? {
            let left = states.remove(&(warning.customer_id, warning.unit)).unwrap_or(Level::Ok);
            if left != warning.state {
                let (customer, unit, state) = (&warning.customer, warning.unit, warning.state);
                report.add(format!("the warning of {customer} {unit} has the state `{state}`, but its last crossing ended with `{left}`"));
            }
        }
        Ok(())
    }

    /// Checks that forecast alerts are numbered without gaps, and that each warning is raised and ended in turn.
    fn check_forecasts(&self, report: &mut CheckReport) -> Result<()> {
        let mut raised: BTreeSet<ForecastKey> = BTreeSet::new();
        for (expected, alert) in (1..).zip(self.every_forecast_alert()?) {
            let (id, key) = (alert.id, ForecastKey::of(&alert));
            if id != expected {
                report.add(format!("forecast alert {expected} is missing"));
                break;
            }
            let is_in_turn = if alert.raised { raised.insert(key) } else { raised.remove(&key) };
            if !is_in_turn {
                report.add(format!("forecast alert {id} does not follow from the one before it"));
            }
        }
        Ok(())
    }

    /// Checks that thresholds, recipients and switches are those that the audit log recorded.
    fn check_details(&self, report: &mut CheckReport) -> Result<()> {
        let mut recorded: BTreeMap<String, (Time, Map<String, Value>)> = BTreeMap::new();
        self.events(&EventFilter { entities: vec![EntityKind::Balance], ..EventFilter::default() }, |event| {
            if event.change.action == "warn" {
                let now = |mut step: Value| step.get_mut(1).map(Value::take).unwrap_or_default();
                let changed = event.change.fields.into_iter().map(|(field, step)| (field, now(step)));
                let (at, fields) = recorded.entry(event.change.subject.clone()).or_insert((event.at, Map::new()));
                *at = event.at;
                fields.extend(changed);
                // Undoing the first event of a warning removes it.
                if fields.get("active").is_some_and(Value::is_null) {
                    recorded.remove(&event.change.subject);
                }
            }
            Ok::<_, Error>(())
        })?;
        for warning in self.every_warning()? {
            let name = Balance::name_of(&warning.customer, warning.unit);
            let expected = recorded.remove(&name).and_then(|(at, fields)| Some((at, details_of(fields)?)));
            if expected != Some((warning.updated_at, warning.details)) {
                report.add(format!("the warning of {name} differs from its last event in the audit log"));
            }
        }
        for name in recorded.keys() {
            report.add(format!("the warning of {name} is in the audit log but not in the database"));
        }
        Ok(())
    }

    /// Checks that each crossing has the balance after the entry and the accrual that it names.
    fn check_crossed_balances(&self, report: &mut CheckReport) -> Result<()> {
        let mut statement = self.transaction.prepare(
            "SELECT crossing.id, crossing.customer_id, crossing.unit, coalesce(entry_id, 0), coalesce(accrual_id, 0),
                balance_e8, coalesce(balance_after_e8, 0),
                entry_id IS NOT NULL AND (entry.customer_id, entry.unit) IS NOT (crossing.customer_id, crossing.unit)
             FROM crossing LEFT JOIN entry ON entry.id = entry_id
             WHERE accrual_id IS NOT NULL OR balance_e8 <> coalesce(balance_after_e8, 0)
                OR entry_id IS NOT NULL AND (entry.customer_id, entry.unit) IS NOT (crossing.customer_id, crossing.unit)",
        )?;
        let mut crossings = statement.query([])?;
        while let Some(crossing) = crossings.next()? {
            let (id, balance): (i64, WarningKey) = (crossing.get(0)?, (crossing.get(1)?, crossing.get(2)?));
            let accrued = self.accrued_after(balance, crossing.get(3)?, crossing.get(4)?)?;
            let accrued = accrued.map_or(Money::ZERO, |sum| sum.amount);
            let (crossed, left): (Money, Money) = (crossing.get(5)?, crossing.get(6)?);
            if left.checked_add(accrued) == Some(crossed) && !crossing.get::<_, bool>(7)? {
                continue;
            }
            report.add(format!("crossing {id} does not have the balance that its entry left"));
        }
        Ok(())
    }
}

/// The details of a warning after all its recorded changes; each recorded field replaces the empty one.
fn details_of(changed: Map<String, Value>) -> Option<WarningDetails> {
    let mut details = serde_json::to_value(WarningDetails::empty()).ok()?;
    details.as_object_mut()?.extend(changed);
    serde_json::from_value(details).ok()
}
