//! The outbox: emails, attempts to send them, and the last run of `balance check`.

use std::sync::LazyLock;

use rusqlite::{OptionalExtension, Row, params};

use crate::error::{Error, Result};
use crate::model::{
    CheckCounts, CheckRun, CrossingCause, EmailAddress, EmailCause, EmailState, EntityKind, ForecastCause, OutboxEmail,
    RenderedEmail, SendAttempt, SendOutcome, Sender, Time, Warning,
};
use crate::store::sqlite::columns::{self, Columns, RowReader, columns};
use crate::store::sqlite::filter::Query;
use crate::store::{Due, OutboxFilter, Snapshot, Tx};

columns! {
    Sender in "outbox_email" {
        value name: "sender_name",
        value address: "sender_address",
        value reply_to: "reply_to",
    }
}

columns! {
    RenderedEmail in "outbox_email" {
        value template: "template",
        value subject: "subject",
        value text: "text",
        value html: "html",
        value password_of: "password_account_id",
    }
    with sender
}

static SELECT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT outbox_email.id, customer.account_code, crossing_id, forecast_alert_id, recipient, message_id, state, attempts, unanswered,
            next_attempt_at, last_error, outbox_email.created_at, outbox_email.updated_at{}{}
         FROM outbox_email LEFT JOIN customer ON customer.id = outbox_email.customer_id",
        Sender::SELECTED,
        RenderedEmail::SELECTED
    )
});

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let own = "customer_id, crossing_id, forecast_alert_id, recipient, message_id, state, next_attempt_at, created_at, updated_at";
    columns::insert("outbox_email", own, &format!("{}{}", Sender::WRITTEN, RenderedEmail::WRITTEN))
});

fn read(row: &Row<'_>) -> rusqlite::Result<OutboxEmail> {
    let mut row = RowReader::new(row);
    Ok(OutboxEmail {
        id: row.value()?,
        customer: row.value()?,
        crossing_id: row.value()?,
        forecast_alert_id: row.value()?,
        recipient: row.value()?,
        message_id: row.value()?,
        state: row.value()?,
        attempts: row.value()?,
        unanswered: row.value()?,
        next_attempt_at: row.value()?,
        last_error: row.value()?,
        created_at: row.value()?,
        updated_at: row.value()?,
        content: Columns::read(&mut row)?,
    })
}

impl Snapshot<'_> {
    /// The email with this number.
    pub fn email(&self, id: i64) -> Result<OutboxEmail> {
        self.transaction
            .prepare_cached(&format!("{} WHERE outbox_email.id = ?1", *SELECT))?
            .query_row([id], read)
            .optional()?
            .ok_or_else(|| Error::NotFound { entity: EntityKind::Email, name: id.to_string(), nearest: None })
    }

    /// Passes every email that matches the filter to `each`, oldest first.
    pub fn emails<E: From<Error>>(
        &self,
        filter: &OutboxFilter,
        each: impl FnMut(OutboxEmail) -> Result<(), E>,
    ) -> Result<(), E> {
        emails_query(filter).run(&self.transaction, &SELECT, read, each)
    }

    /// The emails that match the filter.
    pub fn emails_of(&self, filter: &OutboxFilter) -> Result<Vec<OutboxEmail>> {
        let mut emails = Vec::new();
        self.emails(filter, |email| {
            emails.push(email);
            Ok::<_, Error>(())
        })?;
        Ok(emails)
    }

    /// The emails about crossings of a balance that are not settled yet: they wait for an attempt, or are being sent.
    pub fn unsettled_emails(&self, warning: &Warning) -> Result<Vec<OutboxEmail>> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "{} WHERE (state = 'sending' OR next_attempt_at IS NOT NULL)
                AND crossing_id IN (SELECT id FROM crossing WHERE crossing.customer_id = ?1 AND unit = ?2)
             ORDER BY outbox_email.id",
            *SELECT
        ))?;
        let emails = statement.query_map(params![warning.customer_id, warning.unit], read)?;
        Ok(emails.collect::<rusqlite::Result<_>>()?)
    }

    /// Why an email must no longer be sent, if there is a reason: a later crossing of its balance, the end of its forecast, the
    /// warning switched off, or the customer archived.
    pub fn overtaken_by(&self, email: &OutboxEmail) -> Result<Option<&'static str>> {
        if email.forecast_alert_id.is_some() {
            return self.forecast_overtaken_by(email);
        }
        let cause: Option<CrossingCause> = self
            .transaction
            .prepare_cached(
                "SELECT CASE WHEN customer.archived_at IS NOT NULL THEN 'archived' WHEN NOT active THEN 'off'
                    ELSE (SELECT cause FROM crossing AS later WHERE later.customer_id = crossing.customer_id
                        AND later.unit = crossing.unit AND later.id > crossing.id ORDER BY later.id DESC LIMIT 1) END
                 FROM outbox_email LEFT JOIN customer ON customer.id = outbox_email.customer_id
                 LEFT JOIN crossing ON crossing.id = crossing_id
                 LEFT JOIN warning ON warning.customer_id = crossing.customer_id AND warning.unit = crossing.unit
                 WHERE outbox_email.id = ?1",
            )?
            .query_row([email.id], |row| row.get(0))?;
        Ok(cause.map(CrossingCause::reason))
    }

    fn forecast_overtaken_by(&self, email: &OutboxEmail) -> Result<Option<&'static str>> {
        let cause: Option<ForecastCause> = self
            .transaction
            .prepare_cached(
                "SELECT CASE WHEN customer.archived_at IS NOT NULL THEN 'archived'
                    ELSE (SELECT cause FROM forecast_alert AS later WHERE later.customer_id IS alert.customer_id
                        AND later.unit IS alert.unit AND later.kind = alert.kind AND later.account_id IS alert.account_id
                        AND later.id > alert.id ORDER BY later.id DESC LIMIT 1) END
                 FROM outbox_email JOIN forecast_alert AS alert ON alert.id = forecast_alert_id
                 LEFT JOIN customer ON customer.id = outbox_email.customer_id
                 WHERE outbox_email.id = ?1",
            )?
            .query_row([email.id], |row| row.get(0))?;
        Ok(cause.map(ForecastCause::reason))
    }

    /// How many emails are due.
    pub fn count_due(&self, due: Due) -> Result<u32> {
        Ok(self
            .transaction
            .prepare_cached("SELECT count(*) FROM outbox_email WHERE next_attempt_at <= ?1 OR next_attempt_at > ?2")?
            .query_row(params![due.by, due.beyond], |row| row.get(0))?)
    }

    /// The attempts to send an email, in order.
    pub fn attempts(&self, email: &OutboxEmail) -> Result<Vec<SendAttempt>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT email_id, number, at, outcome, detail FROM outbox_attempt WHERE email_id = ?1 ORDER BY number",
        )?;
        let attempts = statement.query_map([email.id], |row| {
            Ok(SendAttempt {
                email_id: row.get(0)?,
                number: row.get(1)?,
                at: row.get(2)?,
                outcome: row.get(3)?,
                detail: row.get(4)?,
            })
        })?;
        Ok(attempts.collect::<rusqlite::Result<_>>()?)
    }

    /// The last run of `balance check`, or `None` before the first.
    pub fn last_check_run(&self) -> Result<Option<CheckRun>> {
        Ok(self
            .transaction
            .prepare_cached(
                "SELECT started_at, finished_at, crossings, queued, sent, deferred, failed, uncertain FROM check_run",
            )?
            .query_row([], |row| {
                Ok(CheckRun {
                    started_at: row.get(0)?,
                    finished_at: row.get(1)?,
                    counts: CheckCounts {
                        crossings: row.get(2)?,
                        queued: row.get(3)?,
                        sent: row.get(4)?,
                        deferred: row.get(5)?,
                        failed: row.get(6)?,
                        uncertain: row.get(7)?,
                    },
                })
            })
            .optional()?)
    }
}

fn emails_query(filter: &OutboxFilter) -> Query<'_> {
    let mut query = Query::default();
    query.when_some("outbox_email.customer_id = ?", filter.customer_id);
    query.when_some("crossing_id = ?", filter.crossing_id);
    query.when_some("forecast_alert_id = ?", filter.forecast_alert_id);
    // The unary `+` keeps SQLite from using the index for a state that most emails have, where another index leaves fewer.
    let state = if filter.customer_id.is_some() || filter.due.is_some() { "+state = ?" } else { "state = ?" };
    query.when_some(state, filter.state);
    if let Some(due) = filter.due {
        // SQLite walks the index of waiting emails in order and stops at the limit. The unary `+` keeps it from using the
        // index for either condition alone, after which it would have to sort all due emails.
        query.always("next_attempt_at IS NOT NULL");
        query.when_either("+next_attempt_at <= ?", due.by, "+next_attempt_at > ?", due.beyond);
    }
    if filter.waiting {
        query.always("next_attempt_at IS NOT NULL");
    }
    query.search("recipient LIKE ?", filter.recipient.as_deref());
    let columns: &[&str] =
        if filter.due.is_some() { &["next_attempt_at", "outbox_email.id"] } else { &["outbox_email.id"] };
    query.order(columns, filter.newest_first);
    query.limit(filter.limit);
    query
}

impl Tx<'_> {
    /// Queues an email for its first attempt now.
    pub fn insert_email(
        &mut self,
        customer_id: Option<i64>,
        cause: EmailCause<'_>,
        recipient: &EmailAddress,
        content: &RenderedEmail,
        message_id: &str,
    ) -> Result<i64> {
        let at = self.at();
        let (crossing_id, forecast_alert_id) = match cause {
            EmailCause::Command => (None, None),
            EmailCause::Crossing(crossing) => (Some(crossing.id), None),
            EmailCause::Forecast(alert) => (None, Some(alert.id)),
        };
        columns::write(&self.transaction, &INSERT, |binder| {
            binder.value(customer_id)?;
            binder.value(crossing_id)?;
            binder.value(forecast_alert_id)?;
            binder.value(recipient)?;
            binder.value(message_id)?;
            binder.value(EmailState::Pending)?;
            binder.value(at)?;
            binder.value(at)?;
            binder.value(at)?;
            content.bind(binder)
        })?;
        Ok(self.transaction.last_insert_rowid())
    }

    /// Gives an email another recipient.
    pub fn set_email_recipient(&mut self, id: i64, recipient: &EmailAddress) -> Result<()> {
        let at = self.at();
        self.transaction
            .prepare_cached("UPDATE outbox_email SET recipient = ?2, updated_at = ?3 WHERE id = ?1")?
            .execute(params![id, recipient, at])?;
        Ok(())
    }

    /// Moves an email to a state.
    pub fn set_email_state(
        &mut self,
        email: &OutboxEmail,
        state: EmailState,
        next_attempt_at: Option<Time>,
        error: Option<&str>,
    ) -> Result<()> {
        let at = self.at();
        self.transaction
            .prepare_cached(
                "UPDATE outbox_email SET state = ?2, next_attempt_at = ?3, last_error = ?4, attempts = ?5, unanswered = ?6,
                    updated_at = ?7
                 WHERE id = ?1",
            )?
            .execute(params![email.id, state, next_attempt_at, error, email.attempts, email.unanswered, at])?;
        Ok(())
    }

    /// Records the outcome of an attempt.
    pub fn insert_attempt(&mut self, email: &OutboxEmail, outcome: &SendOutcome) -> Result<()> {
        let at = self.at();
        let (word, detail) = outcome.parts();
        self.transaction
            .prepare_cached(
                "INSERT INTO outbox_attempt (email_id, number, at, outcome, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![email.id, email.attempts, at, word, detail])?;
        Ok(())
    }

    /// Records that a run of `balance check` begins; it replaces the last run.
    pub fn begin_check_run(&mut self) -> Result<()> {
        let at = self.at();
        self.transaction
            .prepare_cached(
                "INSERT INTO check_run (id, started_at) VALUES (1, ?1)
                 ON CONFLICT DO UPDATE SET started_at = excluded.started_at, finished_at = NULL, crossings = 0, queued = 0,
                    sent = 0, deferred = 0, failed = 0, uncertain = 0",
            )?
            .execute([at])?;
        Ok(())
    }

    /// Records the end of the run, and its counts.
    pub fn finish_check_run(&mut self, counts: CheckCounts) -> Result<()> {
        let at = self.at();
        self.transaction
            .prepare_cached(
                "UPDATE check_run SET finished_at = ?1, crossings = ?2, queued = ?3, sent = ?4, deferred = ?5, failed = ?6,
                    uncertain = ?7",
            )?
            .execute(params![
                at,
                counts.crossings,
                counts.queued,
                counts.sent,
                counts.deferred,
                counts.failed,
                counts.uncertain
            ])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::schema;

    #[test]
    fn emails_of_a_customer_or_a_state_are_read_from_an_index_in_order() {
        let connection = schema::in_memory();
        let limited = || OutboxFilter { limit: Some(20), newest_first: true, ..OutboxFilter::default() };
        let state = Some(EmailState::Failed);
        for (filter, index) in [
            (OutboxFilter { customer_id: Some(1), ..limited() }, "outbox_email_by_customer"),
            (OutboxFilter { customer_id: Some(1), state, ..limited() }, "outbox_email_by_customer"),
            (OutboxFilter { state, ..limited() }, "outbox_email_by_state"),
        ] {
            let plan = emails_query(&filter).plan(&connection, &SELECT);
            assert!(plan.contains(&format!("SEARCH outbox_email USING INDEX {index} (")), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
