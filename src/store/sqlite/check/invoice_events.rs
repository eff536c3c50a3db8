//! Checks invoices and fees against the audit log, which has every issue of an invoice, and a hash of the rows of each after every
//! change of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::model::{EntityKind, Hash};
use crate::store::sqlite::check::CheckReport;
use crate::store::{EventFilter, Snapshot};

/// The last hash of each invoice or fee, by its ID. What only programs of schema 24 changed has none.
type Hashes = BTreeMap<i64, String>;

impl Snapshot<'_> {
    pub(super) fn check_invoice_events(&self, report: &mut CheckReport) -> Result<()> {
        let (mut issued, mut invoices, mut fees) = (BTreeMap::new(), Hashes::new(), Hashes::new());
        let filter = EventFilter { entities: vec![EntityKind::Invoice, EntityKind::Fee], ..EventFilter::default() };
        self.events(&filter, |event| {
            let change = &event.change;
            if change.entity == EntityKind::Invoice && change.action == "issue" {
                issued.insert(new_value(&change.fields, "number").unwrap_or_default().to_owned(), event.id);
            }
            if let (Ok(id), Some(hash)) = (change.subject.parse(), new_value(&change.fields, "rows_sha256")) {
                let hashes = if change.entity == EntityKind::Fee { &mut fees } else { &mut invoices };
                hashes.insert(id, hash.to_owned());
            }
            Ok::<_, Error>(())
        })?;
        self.check_issue_events(issued, report)?;
        compare("invoice", invoices, |id| self.hash_of_invoice(id), report)?;
        compare("fee", fees, |id| self.hash_of_fee(id), report)
    }

    /// Checks that every invoice that the audit log has is there, so that the end of a series cannot be cut off unnoticed. `numbers` are
    /// those that the audit log has, with their events.
    fn check_issue_events(&self, mut numbers: BTreeMap<String, i64>, report: &mut CheckReport) -> Result<()> {
        let mut statement = self.transaction.prepare("SELECT number FROM issued_invoice")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let number: String = row.get(0)?;
            if numbers.remove(&number).is_none() {
                report.add(format!("invoice {number} is not in the audit log"));
            }
        }
        for (number, event) in numbers {
            report.add(format!("event {event} issued invoice {number}, which is not in the database"));
        }
        Ok(())
    }
}

/// The value of a field after a change.
fn new_value<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields.get(name)?.get(1)?.as_str()
}

fn compare(what: &str, hashes: Hashes, hash_now: impl Fn(i64) -> Result<Hash>, report: &mut CheckReport) -> Result<()> {
    for (id, hash) in hashes {
        if hash_now(id)?.to_string() != hash {
            report.add(format!("{what} {id} has rows that are not those of its last change in the audit log"));
        }
    }
    Ok(())
}
