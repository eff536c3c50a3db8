//! The self-examination of warnings: their crossings seen from the warning, from the ledger, and from the emails that tell
//! of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::model::{Balance, Crossing, CrossingCause, EntityKind, Level, Time, Unit, WarningDetails};
use crate::store::sqlite::check::CheckReport;
use crate::store::{EventFilter, OutboxFilter, Snapshot};

/// A customer's row and a unit.
type Place = (i64, Unit);

impl Snapshot<'_> {
    /// Examines crossings, and emails against them.
    pub(in crate::store::sqlite) fn check_warnings(&self, report: &mut CheckReport) -> Result<()> {
        let crossings = self.every_crossing()?;
        self.check_states(&crossings, report)?;
        self.check_details(report)?;
        self.check_crossed_balances(report)?;
        self.check_emails(report)
    }

    /// Crossings are numbered without a gap, and each begins where the one before it left the warning.
    fn check_states(&self, crossings: &[Crossing], report: &mut CheckReport) -> Result<()> {
        let mut states: BTreeMap<Place, Level> = BTreeMap::new();
        for (expected, crossing) in (1..).zip(crossings) {
            let Crossing { id, customer_id, unit, from, to, cause, .. } = crossing;
            if *id != expected {
                report.add(format!("crossing {expected} is missing"));
                break;
            }
            if states.insert((*customer_id, *unit), *to).unwrap_or(Level::Ok) != *from {
                report.add(format!("crossing {id} does not begin where the one before it ended"));
            }
            if *cause != CrossingCause::Balance && to > from {
                report.add(format!("crossing {id} has a cause that makes no balance low"));
            }
        }
        for warning in self.every_warning()? {
            let left = states.remove(&(warning.customer_id, warning.unit)).unwrap_or(Level::Ok);
            if left != warning.state {
                let (customer, unit, state) = (&warning.customer, warning.unit, warning.state);
                report.add(format!("the warning of {customer} {unit} is {state}, its last crossing left it {left}"));
            }
        }
        Ok(())
    }

    /// Marks, addresses and switches are what the audit log tells of them.
    fn check_details(&self, report: &mut CheckReport) -> Result<()> {
        let mut told: BTreeMap<String, (Time, Map<String, Value>)> = BTreeMap::new();
        self.events(&EventFilter { entity: Some(EntityKind::Balance), ..EventFilter::default() }, |event| {
            if event.change.action == "warn" {
                let (at, fields) = told.entry(event.change.subject).or_insert((event.at, Map::new()));
                *at = event.at;
                let now = |mut step: Value| step.get_mut(1).map(Value::take).unwrap_or_default();
                fields.extend(event.change.fields.into_iter().map(|(field, step)| (field, now(step))));
            }
            Ok::<_, Error>(())
        })?;
        for warning in self.every_warning()? {
            let name = Balance::name_of(&warning.customer, warning.unit);
            let as_told = told.remove(&name).and_then(|(at, fields)| Some((at, details_of(fields)?)));
            if as_told != Some((warning.updated_at, warning.details)) {
                report.add(format!("the warning of {name} is not as its last event in the audit log left it"));
            }
        }
        for name in told.keys() {
            report.add(format!("the warning of {name} is in the audit log and not in the database"));
        }
        Ok(())
    }

    /// A crossing tells of what the entry that it names had left.
    fn check_crossed_balances(&self, report: &mut CheckReport) -> Result<()> {
        let mut statement = self.transaction.prepare(
            "SELECT crossing.id FROM crossing LEFT JOIN entry ON entry.id = entry_id
             WHERE balance_e8 <> coalesce(balance_after_e8, 0)
                OR entry_id IS NOT NULL AND (entry.customer_id, entry.unit) IS NOT (crossing.customer_id, crossing.unit)",
        )?;
        let mut crossings = statement.query([])?;
        while let Some(crossing) = crossings.next()? {
            let id: i64 = crossing.get(0)?;
            report.add(format!("crossing {id} does not tell of the balance that its entry left"));
        }
        Ok(())
    }

    /// An email about a crossing is of its customer, its time and its kind, comes once to each recipient, and knows its
    /// attempts.
    fn check_emails(&self, report: &mut CheckReport) -> Result<()> {
        self.emails(&OutboxFilter::default(), |_| Ok::<_, Error>(()))?;
        let mut faults = |sql: &str, fault: &str| -> Result<()> {
            let mut statement = self.transaction.prepare(sql)?;
            let mut emails = statement.query([])?;
            while let Some(email) = emails.next()? {
                report.add(format!("email {} {fault}", email.get::<_, i64>(0)?));
            }
            Ok(())
        };
        faults(
            "SELECT outbox_email.id FROM outbox_email JOIN crossing ON crossing.id = crossing_id
             WHERE outbox_email.customer_id IS NOT crossing.customer_id OR created_at <> at
                OR (template = 'recovered') <> (to_state = 'ok') OR (template = 'low-lower') > (to_state = 'lower')
                OR (template = 'low-upper') > (to_state = 'upper') OR cause <> 'balance'",
            "does not tell of its crossing",
        )?;
        faults(
            "SELECT max(id) FROM outbox_email WHERE crossing_id IS NOT NULL
             GROUP BY crossing_id, recipient, template HAVING count(*) > 1",
            "tells the same to the same recipient once more",
        )?;
        faults(
            "SELECT outbox_email.id FROM outbox_email JOIN smpp_account ON smpp_account.id = password_account_id
             WHERE outbox_email.customer_id IS NOT smpp_account.customer_id",
            "tells the password of an account that is not its customer's",
        )?;
        faults(
            "SELECT id FROM outbox_email WHERE (attempts - (state = 'sending'), attempts - (state = 'sending')) <>
                (SELECT count(*), coalesce(max(number), 0) FROM outbox_attempt WHERE email_id = id)
                OR (state = 'sent') <> EXISTS (SELECT 1 FROM outbox_attempt
                WHERE email_id = id AND outcome = 'sent')",
            "is not as its attempts left it",
        )
    }
}

/// The details that remain of all changes to a warning that was empty.
fn details_of(changed: Map<String, Value>) -> Option<WarningDetails> {
    let mut details = serde_json::to_value(WarningDetails::empty()).ok()?;
    details.as_object_mut()?.extend(changed);
    serde_json::from_value(details).ok()
}
