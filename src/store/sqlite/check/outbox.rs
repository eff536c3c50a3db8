//! Checks emails against the crossings that they report, the accounts whose passwords they contain, their attempts and their
//! attachments.

use crate::error::{Error, Result};
use crate::model::Hash;
use crate::store::sqlite::billing::hash_of_document;
use crate::store::sqlite::check::CheckReport;
use crate::store::{OutboxFilter, Snapshot};

impl Snapshot<'_> {
    /// Checks that an email about a crossing matches it and goes to each recipient once, that an email with a password belongs
    /// to the account's customer, and that state and counts follow from the attempts.
    pub(super) fn check_emails(&self, report: &mut CheckReport) -> Result<()> {
        // Reading an email checks its values.
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
            "does not match its crossing: customer, time or template differ",
        )?;
        faults(
            "SELECT max(id) FROM outbox_email WHERE crossing_id IS NOT NULL
             GROUP BY crossing_id, recipient, template HAVING count(*) > 1",
            "repeats an earlier email about the same crossing to the same recipient",
        )?;
        faults(
            "SELECT outbox_email.id FROM outbox_email JOIN forecast_alert AS alert ON alert.id = forecast_alert_id
             WHERE outbox_email.customer_id IS NOT alert.customer_id OR created_at <> at OR crossing_id IS NOT NULL
                OR (template = 'forecast-ended') = raised OR cause <> 'check'",
            "does not match its forecast alert: customer, time or template differ",
        )?;
        faults(
            "SELECT max(id) FROM outbox_email WHERE forecast_alert_id IS NOT NULL
             GROUP BY forecast_alert_id, recipient, template HAVING count(*) > 1",
            "repeats an earlier email about the same forecast alert to the same recipient",
        )?;
        faults(
            "SELECT outbox_email.id FROM outbox_email JOIN smpp_account ON smpp_account.id = password_account_id
             WHERE outbox_email.customer_id IS NOT smpp_account.customer_id",
            "contains the password of an SMPP account that belongs to another customer",
        )?;
        faults(
            "SELECT id FROM outbox_email WHERE (attempts - (state = 'sending'), attempts - (state = 'sending')) <>
                (SELECT count(*), coalesce(max(number), 0) FROM outbox_attempt WHERE email_id = id)
                OR (state = 'sent') <> EXISTS (SELECT 1 FROM outbox_attempt
                WHERE email_id = id AND outcome = 'sent')",
            "has a state or a number of attempts that does not match its attempts",
        )?;
        self.check_attachments(report)
    }

    /// Checks that attachments are numbered without gaps, and that their bytes are those that were attached.
    fn check_attachments(&self, report: &mut CheckReport) -> Result<()> {
        let mut statement = self.transaction.prepare(
            "SELECT email_id, count(*), max(position) FROM outbox_attachment GROUP BY email_id ORDER BY email_id",
        )?;
        let mut emails = statement.query([])?;
        while let Some(email) = emails.next()? {
            let (email, number, last): (i64, i64, i64) = (email.get(0)?, email.get(1)?, email.get(2)?);
            if number != last {
                report.add(format!("email {email} has lost an attachment"));
            }
            for attachment in self.attachments(email)? {
                if let Err(error) = self.attached_file(email, attachment.position) {
                    report.add(error.to_string());
                }
            }
        }
        let mut statement = self.transaction.prepare("SELECT id, sha256, content FROM attached_file ORDER BY id")?;
        let mut files = statement.query([])?;
        while let Some(file) = files.next()? {
            if hash_of_document(file.get::<_, Vec<u8>>(2)?) != file.get::<_, Hash>(1)? {
                report.add(format!("attached file {} was changed", file.get::<_, i64>(0)?));
            }
        }
        Ok(())
    }
}
