//! Emails of the outbox, their states, and the results of sending them. An email is rendered when it is queued.

use crate::model::word_enum::word_enum;
use crate::model::{AccountCode, Crossing, EmailAddress, ForecastAlert, Name, Password, Time};

word_enum! {
    /// The kind of an email, and the name of its template files.
    pub enum EmailTemplate {
        /// To the customer: the balance is at or below the upper threshold.
        LowUpper = "low-upper",
        /// To the customer: the balance is at or below the lower threshold.
        LowLower = "low-lower",
        /// To the operator: a customer's balance is low.
        Internal = "internal",
        /// To the recipients of the warning: the balance has recovered.
        Recovered = "recovered",
        /// To the customer: the balance will soon be empty.
        DaysLeft = "days-left",
        /// To the customer: an SMPP account sends far more than usual.
        Surge = "surge",
        /// To the customer: an SMPP account that always sends has stopped.
        Silent = "silent",
        /// To the operator: what traffic forecasts.
        Forecast = "forecast",
        /// To the recipients of a forecast: it has ended.
        ForecastEnded = "forecast-ended",
        /// To a new customer: its SMPP account and how to use it.
        Welcome = "welcome",
        /// To an existing customer: an SMPP account and how to use it.
        Handover = "handover",
        /// To a customer: prices that change.
        Prices = "prices",
        /// To a customer: an issued invoice.
        Invoice = "invoice",
        /// To a customer: an issued credit note.
        CreditNote = "credit-note",
        /// To a customer: a pro-forma.
        ProForma = "pro-forma",
        /// To a customer: an invoice that is due, or soon will be.
        Reminder = "reminder",
        /// To any address, to test that mail works.
        Test = "test",
    }
}

impl EmailTemplate {
    /// The department in whose name the email is sent.
    pub fn role(self) -> SenderRole {
        match self {
            Self::Welcome => SenderRole::Sales,
            Self::Surge
            | Self::Silent
            | Self::Forecast
            | Self::ForecastEnded
            | Self::Internal
            | Self::Handover
            | Self::Test => SenderRole::Support,
            Self::LowUpper
            | Self::LowLower
            | Self::Recovered
            | Self::DaysLeft
            | Self::Prices
            | Self::Invoice
            | Self::CreditNote
            | Self::ProForma
            | Self::Reminder => SenderRole::Billing,
        }
    }
}

word_enum! {
    /// A department of the operator that sends email.
    pub enum SenderRole {
        Sales = "sales",
        Support = "support",
        Billing = "billing",
    }
}

/// The sender of an email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    pub name: Name,
    pub address: EmailAddress,
    pub reply_to: Option<EmailAddress>,
}

/// A rendered email without a recipient, ready to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedEmail {
    pub template: EmailTemplate,
    pub sender: Sender,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The row ID of the SMPP account whose password the email contains. The stored text has a placeholder instead, so that
    /// the outbox never contains a password.
    pub password_of: Option<i64>,
}

impl RenderedEmail {
    /// The placeholder for the password in a stored email.
    pub const PASSWORD_PLACEHOLDER: &str = "********";

    /// Replaces the placeholder with the password, just before the email is sent.
    #[must_use]
    pub fn with_password(mut self, password: &Password) -> Self {
        self.text = self.text.replace(Self::PASSWORD_PLACEHOLDER, password.reveal());
        self.html = self.html.replace(Self::PASSWORD_PLACEHOLDER, &escape_html(password.reveal()));
        self
    }
}

/// Escapes text for HTML.
fn escape_html(text: &str) -> String {
    let mut html = String::new();
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#x27;"),
            other => html.push(other),
        }
    }
    html
}

/// An email in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEmail {
    pub id: i64,
    pub customer: Option<AccountCode>,
    pub crossing_id: Option<i64>,
    pub forecast_alert_id: Option<i64>,
    pub recipient: EmailAddress,
    pub content: RenderedEmail,
    /// The `Message-ID` without angle brackets; the same for every attempt, so that mail clients can detect duplicates.
    pub message_id: String,
    pub state: EmailState,
    pub attempts: u32,
    /// The number of attempts in which the server received the email but did not answer.
    pub unanswered: u32,
    pub next_attempt_at: Option<Time>,
    pub last_error: Option<String>,
    pub created_at: Time,
    pub updated_at: Time,
}

/// What an email reports.
#[derive(Debug, Clone, Copy)]
pub enum EmailCause<'a> {
    /// A command of the operator.
    Command,
    Crossing(&'a Crossing),
    Forecast(&'a ForecastAlert),
}

impl OutboxEmail {
    /// Whether the recipient has received the email or may have received it.
    pub fn may_have_arrived(&self) -> bool {
        self.unanswered > 0 || matches!(self.state, EmailState::Sent | EmailState::Sending)
    }
}

word_enum! {
    /// The state of an email.
    pub enum EmailState {
        /// Waiting for the first or next attempt.
        Pending = "pending",
        /// Claimed by a run that is sending it.
        Sending = "sending",
        /// The server has accepted it.
        Sent = "sent",
        /// The server has rejected it permanently.
        Failed = "failed",
        /// The server received it but did not answer, so it may have been sent.
        Uncertain = "uncertain",
        /// Cancelled by the operator or by the recovery of the balance before it was sent.
        Cancelled = "cancelled",
    }
}

/// The result of an attempt to send an email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The server accepted it.
    Sent,
    /// It was certainly not sent; a later attempt may succeed.
    Deferred(String),
    /// The server rejected it permanently.
    Refused(String),
    /// The server received it but did not answer, so it may have been sent.
    Unanswered(String),
}

impl SendOutcome {
    /// The word for the outcome and the detail, as stored in the database.
    pub fn parts(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Sent => ("sent", None),
            Self::Deferred(detail) => ("deferred", Some(detail)),
            Self::Refused(detail) => ("refused", Some(detail)),
            Self::Unanswered(detail) => ("unanswered", Some(detail)),
        }
    }
}

impl SendOutcome {
    /// Removes a password from the detail: some servers quote the email in their answer.
    #[must_use]
    pub fn without(self, password: &Password) -> Self {
        let clean = |detail: String| detail.replace(password.reveal(), RenderedEmail::PASSWORD_PLACEHOLDER);
        match self {
            Self::Sent => Self::Sent,
            Self::Deferred(detail) => Self::Deferred(clean(detail)),
            Self::Refused(detail) => Self::Refused(clean(detail)),
            Self::Unanswered(detail) => Self::Unanswered(clean(detail)),
        }
    }
}

/// An attempt to send an email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendAttempt {
    pub email_id: i64,
    pub number: u32,
    pub at: Time,
    pub outcome: String,
    pub detail: Option<String>,
}

/// A run of `balance check`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRun {
    pub started_at: Time,
    /// `None` while the run is in progress, and forever if it was killed.
    pub finished_at: Option<Time>,
    pub counts: CheckCounts,
}

/// The counts of a run of `balance check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CheckCounts {
    pub crossings: u32,
    pub queued: u32,
    pub sent: u32,
    pub deferred: u32,
    pub failed: u32,
    pub uncertain: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_replaces_only_its_placeholder() {
        let sender = Sender {
            name: "Support".parse().expect("name"),
            address: "support@example.com".parse().expect("address"),
            reply_to: None,
        };
        let (text, html) = ("Password: ********\n".to_owned(), "<b>********</b>".to_owned());
        let email = RenderedEmail {
            template: EmailTemplate::Welcome,
            sender,
            subject: String::new(),
            text,
            html,
            password_of: Some(1),
        };
        let filled = email.clone().with_password(&"a<b&'\"c>".parse().expect("password"));
        assert_eq!(filled.text, "Password: a<b&'\"c>\n");
        assert_eq!(filled.html, "<b>a&lt;b&amp;&#x27;&quot;c&gt;</b>");
        assert_eq!(email.text, "Password: ********\n");
    }
}
