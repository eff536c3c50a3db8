//! Emails: emails as values, rendered when they are queued.

use crate::model::word_enum::word_enum;
use crate::model::{AccountCode, EmailAddress, Name, Password, Time};

word_enum! {
    /// What an email is about; also the name of its templates.
    pub enum EmailTemplate {
        /// To the customer: the balance is at or below the upper threshold.
        LowUpper = "low-upper",
        /// To the customer: the balance is at or below the lower threshold.
        LowLower = "low-lower",
        /// To us: a customer's balance is low.
        Internal = "internal",
        /// To those who were warned: the balance has recovered.
        Recovered = "recovered",
        /// To a new customer: its SMPP account, and how to use it.
        Welcome = "welcome",
        /// To a customer: an SMPP account that it has, and how to use it.
        Handover = "handover",
        /// To any address, to test that mail works.
        Test = "test",
    }
}

impl EmailTemplate {
    /// In whose name it is sent.
    pub fn role(self) -> SenderRole {
        match self {
            Self::LowUpper | Self::LowLower | Self::Recovered => SenderRole::Billing,
            Self::Welcome => SenderRole::Sales,
            Self::Internal | Self::Handover | Self::Test => SenderRole::Support,
        }
    }
}

word_enum! {
    /// A part of the operator's company that writes emails.
    pub enum SenderRole {
        Sales = "sales",
        Support = "support",
        Billing = "billing",
    }
}

/// Who an email is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    pub name: Name,
    pub address: EmailAddress,
    pub reply_to: Option<EmailAddress>,
}

/// An email that is ready to be queued, but for its recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedEmail {
    pub template: EmailTemplate,
    pub sender: Sender,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The row of the SMPP account whose password the email tells: stars stand for it until the email leaves.
    pub password_of: Option<i64>,
}

impl RenderedEmail {
    /// What stands in an email for the password that it tells.
    pub const STARS: &str = "********";

    /// The email as it leaves, with a password in the place of the stars.
    #[must_use]
    pub fn telling(mut self, password: &Password) -> Self {
        self.text = self.text.replace(Self::STARS, password.reveal());
        self.html = self.html.replace(Self::STARS, &as_html(password.reveal()));
        self
    }
}

/// A text that stands in HTML as it reads.
fn as_html(text: &str) -> String {
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
    pub recipient: EmailAddress,
    pub content: RenderedEmail,
    /// Without the angle brackets; the same for every attempt.
    pub message_id: String,
    pub state: EmailState,
    pub attempts: u32,
    /// How often it was handed over without an answer.
    pub unanswered: u32,
    pub next_attempt_at: Option<Time>,
    pub last_error: Option<String>,
    pub created_at: Time,
    pub updated_at: Time,
}

impl OutboxEmail {
    /// Whether its recipient has it, or may have it for all that is known.
    pub fn may_have_arrived(&self) -> bool {
        self.unanswered > 0 || matches!(self.state, EmailState::Sent | EmailState::Sending)
    }
}

word_enum! {
    /// How far an email has come.
    pub enum EmailState {
        /// Waits for its first or next attempt.
        Pending = "pending",
        /// Claimed by a run that is sending it.
        Sending = "sending",
        /// The server has taken it.
        Sent = "sent",
        /// The server refuses it for good.
        Failed = "failed",
        /// It was handed over, and no answer came.
        Uncertain = "uncertain",
        /// An operator, or the balance's recovery, took it back before it was sent.
        Cancelled = "cancelled",
    }
}

/// What came of an attempt to send an email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The server took it.
    Sent,
    /// It was not sent for certain, and may be later.
    Deferred(String),
    /// The server refuses it for good.
    Refused(String),
    /// It was handed over and no answer came: it may have been sent.
    Unanswered(String),
}

impl SendOutcome {
    /// The word for it and what was said.
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
    /// The outcome with what was said about it free of a password.
    #[must_use]
    pub fn without(self, password: &Password) -> Self {
        let clean = |detail: String| detail.replace(password.reveal(), RenderedEmail::STARS);
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

/// The last run of the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRun {
    pub started_at: Time,
    /// None while it runs, and for ever if it died.
    pub finished_at: Option<Time>,
    pub counts: CheckCounts,
}

/// What a run of the check did.
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
    fn a_password_takes_the_place_of_its_stars_and_no_other() {
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
        let filled = email.clone().telling(&"a<b&'\"c>".parse().expect("password"));
        assert_eq!(filled.text, "Password: a<b&'\"c>\n");
        assert_eq!(filled.html, "<b>a&lt;b&amp;&#x27;&quot;c&gt;</b>");
        assert_eq!(email.text, "Password: ********\n");
    }
}
