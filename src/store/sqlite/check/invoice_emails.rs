//! Checks which emails are about which invoices, against the audit log: without its email, an invoice would not be known to be sent.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::model::EntityKind;
use crate::store::sqlite::check::CheckReport;
use crate::store::{EventFilter, Snapshot};

impl Snapshot<'_> {
    /// Checks that emails about invoices go to their customers and fit them, and that each email of the audit log is there.
    pub(super) fn check_invoice_emails(&self, report: &mut CheckReport) -> Result<()> {
        let mut faults = |sql: &str, fault: &str| -> Result<()> {
            let mut statement = self.transaction.prepare(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                report.add(format!("{} {fault}", row.get::<_, String>(0)?));
            }
            Ok(())
        };
        faults(
            "SELECT 'email ' || email_id FROM invoice_email JOIN outbox_email ON outbox_email.id = email_id
             JOIN invoice ON invoice.id = invoice_id LEFT JOIN issued_invoice USING (invoice_id)
             WHERE outbox_email.customer_id IS NOT invoice.customer_id
                OR template <> CASE WHEN invoice_email.kind = 'reminder' THEN 'reminder' WHEN invoice_email.kind = 'pro_forma'
                    THEN 'pro-forma' WHEN invoice.kind = 'credit_note' THEN 'credit-note' ELSE 'invoice' END
                OR invoice_email.kind <> 'pro_forma' AND number IS NULL",
            "does not match its invoice: customer or template differ, or it is not issued",
        )?;
        faults(
            "SELECT 'email ' || email_id FROM invoice_email WHERE NOT EXISTS
                (SELECT 1 FROM outbox_attachment AS attached WHERE attached.email_id = invoice_email.email_id
                AND attached.position = 1 AND (kind = 'pro_forma' OR attached.invoice_id = invoice_email.invoice_id))",
            "does not have the PDF of its invoice",
        )?;
        faults(
            "SELECT 'email ' || id FROM outbox_email LEFT JOIN invoice_email ON email_id = id
             WHERE template IN ('invoice', 'credit-note', 'pro-forma', 'reminder') AND email_id IS NULL",
            "is not about an invoice",
        )?;
        self.check_emails_of_events(report)
    }

    /// Checks that each invoice has the emails that the audit log says were queued.
    fn check_emails_of_events(&self, report: &mut CheckReport) -> Result<()> {
        let filter = EventFilter { entities: vec![EntityKind::Invoice], ..EventFilter::default() };
        let mut queued: BTreeMap<i64, usize> = BTreeMap::new();
        let mut unknown = Vec::new();
        self.events(&filter, |event| {
            if matches!(event.change.action.as_str(), "send" | "remind") {
                let to = event.change.fields.get("to").and_then(|step| step.get(1)).and_then(Value::as_array);
                match self.invoice(&event.change.subject) {
                    Ok(invoice) => *queued.entry(invoice.id).or_default() += to.map_or(0, Vec::len),
                    Err(_) => unknown.push(event.id),
                }
            }
            Ok::<_, Error>(())
        })?;
        for event in unknown {
            report.add(format!("event {event} queued emails of an invoice that is not in the database"));
        }
        let mut statement =
            self.transaction.prepare("SELECT invoice_id, count(*) FROM invoice_email GROUP BY invoice_id")?;
        let mut rows = statement.query([])?;
        let mut found: BTreeMap<i64, usize> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(1)?;
            found.insert(row.get(0)?, usize::try_from(number).unwrap_or_default());
        }
        let ids: Vec<i64> = queued.keys().chain(found.keys()).copied().collect();
        for id in ids.into_iter().collect::<std::collections::BTreeSet<_>>() {
            let number = |emails: &BTreeMap<i64, usize>| emails.get(&id).copied().unwrap_or_default();
            let (logged, found) = (number(&queued), number(&found));
            if logged != found {
                let name = self.invoice_of(id)?.name();
                report.add(format!("invoice {name} has {found} emails, but the audit log has {logged}"));
            }
        }
        Ok(())
    }
}
