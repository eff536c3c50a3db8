//! Emails: emails as values, rendered when they are queued.

use std::fmt;
use std::str::FromStr;

use crate::model::text::{Invalid, serde_by_text};
use crate::model::{AccountCode, EmailAddress, Name, Password, Time};

/// What an email is about; also the name of its templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EmailTemplate {
    /// To the customer: the balance is at or below the upper threshold.
    LowUpper,
    /// To the customer: the balance is at or below the lower threshold.
    LowLower,
    /// To us: a customer's balance is low.
    Internal,
    /// To those who were warned: the balance has recovered.
    Recovered,
    /// To a new customer: its SMPP account, and how to use it.
    Welcome,
    /// To a customer: an SMPP account that it has, and how to use it.
    Handover,
    /// To whoever tries out whether mail works.
    Test,
}
serde_by_text!(EmailTemplate);

impl EmailTemplate {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::LowUpper, Self::LowLower, Self::Internal, Self::Recovered, Self::Welcome, Self::Handover, Self::Test];

    /// The name, such as `low-upper`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LowUpper => "low-upper",
            Self::LowLower => "low-lower",
            Self::Internal => "internal",
            Self::Recovered => "recovered",
            Self::Welcome => "welcome",
            Self::Handover => "handover",
            Self::Test => "test",
        }
    }

    /// In whose name it is sent.
    pub fn role(self) -> SenderRole {
        match self {
            Self::LowUpper | Self::LowLower | Self::Recovered => SenderRole::Billing,
            Self::Welcome => SenderRole::Sales,
            Self::Internal | Self::Handover | Self::Test => SenderRole::Support,
        }
    }
}

impl FromStr for EmailTemplate {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            Invalid::rule("must be low-upper, low-lower, internal, all-clear, welcome, handover or test")
        })
    }
}

impl fmt::Display for EmailTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A part of the operator's company that writes emails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SenderRole {
    Sales,
    Support,
    Billing,
}

impl fmt::Display for SenderRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sales => "sales",
            Self::Support => "support",
            Self::Billing => "billing",
        })
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
    pub kind: EmailTemplate,
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

/// How far an email has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EmailState {
    /// Waits for its first or next attempt.
    Pending,
    /// Claimed by a run that is sending it.
    Sending,
    /// The server has taken it.
    Sent,
    /// The server refuses it for good.
    Failed,
    /// It was handed over, and no answer came.
    Uncertain,
    /// An operator, or the balance's recovery, took it back before it was sent.
    Cancelled,
}
serde_by_text!(EmailState);

impl EmailState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Sending, Self::Sent, Self::Failed, Self::Uncertain, Self::Cancelled];

    /// The state in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Uncertain => "uncertain",
            Self::Cancelled => "cancelled",
        }
    }
}

impl FromStr for EmailState {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| Invalid::rule("must be pending, sending, sent, failed, uncertain or cancelled"))
    }
}

impl fmt::Display for EmailState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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
            kind: EmailTemplate::Welcome,
            sender,
            subject: String::new(),
            text,
            html,
            password_of: Some(1),
        };
        let told = email.clone().telling(&"a<b&'\"c>".parse().expect("password"));
        assert_eq!(told.text, "Password: a<b&'\"c>\n");
        assert_eq!(told.html, "<b>a&lt;b&amp;&#x27;&quot;c&gt;</b>");
        assert_eq!(email.text, "Password: ********\n");
    }
}
