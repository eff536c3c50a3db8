//! Emails about invoices: which invoice each is about, the reminders that were queued, and the invoices of which none are.

use rusqlite::{OptionalExtension, Row, params};

use crate::error::Result;
use crate::model::Time;
use crate::model::invoice::{InvoiceEmail, InvoiceEmailKind, ReminderLevel};
use crate::store::{Snapshot, Tx};

const SELECT: &str = "SELECT email_id, invoice_id, kind, days, recipient, state, created_at,
        (SELECT at FROM outbox_attempt AS attempt WHERE attempt.email_id = invoice_email.email_id AND outcome = 'sent')
    FROM invoice_email JOIN outbox_email ON outbox_email.id = email_id";

fn read(row: &Row<'_>) -> rusqlite::Result<InvoiceEmail> {
    Ok(InvoiceEmail {
        email_id: row.get(0)?,
        invoice_id: row.get(1)?,
        kind: row.get(2)?,
        level: row.get(3)?,
        recipient: row.get(4)?,
        state: row.get(5)?,
        queued_at: row.get(6)?,
        sent_at: row.get(7)?,
    })
}

impl Snapshot<'_> {
    /// The emails about an invoice, oldest first.
    pub fn invoice_emails(&self, invoice_id: i64) -> Result<Vec<InvoiceEmail>> {
        let sql = format!("{SELECT} WHERE invoice_id = ?1 ORDER BY email_id");
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let emails = statement.query_map([invoice_id], read)?;
        Ok(emails.collect::<rusqlite::Result<_>>()?)
    }

    /// The invoice that an email of the outbox is about, if it is about one.
    pub fn about_invoice(&self, email_id: i64) -> Result<Option<InvoiceEmail>> {
        let sql = format!("{SELECT} WHERE email_id = ?1");
        Ok(self.transaction.prepare_cached(&sql)?.query_row([email_id], read).optional()?)
    }

    /// The last level of which a reminder of an invoice was queued.
    pub fn last_reminder(&self, invoice_id: i64) -> Result<Option<ReminderLevel>> {
        let sql = "SELECT days FROM invoice_reminder WHERE invoice_id = ?1 ORDER BY days DESC LIMIT 1";
        Ok(self.transaction.prepare_cached(sql)?.query_row([invoice_id], |row| row.get(0)).optional()?)
    }

    /// Since when customers are not reminded of an issued invoice; `None` if they are.
    pub fn reminders_held_at(&self, invoice_id: i64) -> Result<Option<Time>> {
        let sql = "SELECT held_at FROM reminder_hold WHERE invoice_id = ?1";
        Ok(self.transaction.prepare_cached(sql)?.query_row([invoice_id], |row| row.get(0)).optional()?)
    }
}

impl Tx<'_> {
    /// Records which invoice an email that was just queued is about.
    pub fn insert_invoice_email(
        &mut self,
        email_id: i64,
        invoice_id: i64,
        kind: InvoiceEmailKind,
        level: Option<ReminderLevel>,
    ) -> Result<()> {
        let sql = "INSERT INTO invoice_email (email_id, invoice_id, kind, days) VALUES (?1, ?2, ?3, ?4)";
        self.transaction.prepare_cached(sql)?.execute(params![email_id, invoice_id, kind, level])?;
        Ok(())
    }

    /// Records that a reminder of a level is queued.
    pub fn insert_reminder(&mut self, invoice_id: i64, level: ReminderLevel) -> Result<()> {
        let at = self.at();
        let sql = "INSERT INTO invoice_reminder (invoice_id, days, queued_at) VALUES (?1, ?2, ?3)";
        self.transaction.prepare_cached(sql)?.execute(params![invoice_id, level, at])?;
        Ok(())
    }

    /// Stops the reminders of an issued invoice, or allows them again.
    pub fn hold_reminders(&mut self, invoice_id: i64, held: bool) -> Result<()> {
        let at = self.at();
        if held {
            let sql = "INSERT INTO reminder_hold (invoice_id, held_at) VALUES (?1, ?2)";
            self.transaction.prepare_cached(sql)?.execute(params![invoice_id, at])?;
        } else {
            self.transaction
                .prepare_cached("DELETE FROM reminder_hold WHERE invoice_id = ?1")?
                .execute([invoice_id])?;
        }
        Ok(())
    }
}
