//! Emails about invoices: those that send one, and reminders.

use std::fmt;
use std::str::FromStr;

use crate::model::word_enum::word_enum;
use crate::model::{EmailAddress, EmailState, Invalid, Time};

word_enum! {
    /// What an email about an invoice does.
    pub enum InvoiceEmailKind {
        /// Sends a pro-forma.
        ProForma = "pro_forma" as "pro-forma",
        /// Sends an issued invoice or credit note.
        Document = "document",
        /// Asks for payment.
        Reminder = "reminder",
    }
}

/// An email about an invoice, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceEmail {
    pub email_id: i64,
    pub invoice_id: i64,
    pub kind: InvoiceEmailKind,
    /// The level of a reminder.
    pub level: Option<ReminderLevel>,
    pub recipient: EmailAddress,
    pub state: EmailState,
    pub queued_at: Time,
    /// When the server accepted it.
    pub sent_at: Option<Time>,
}

impl InvoiceEmail {
    /// Whether the recipient has it, or may get it without another command.
    pub fn counts_as_sent(&self) -> bool {
        !matches!(self.state, EmailState::Failed | EmailState::Cancelled)
    }
}

/// When a reminder of an invoice is due, as days after its due date: `+7d`; `-3d` is before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReminderLevel(i32);

impl ReminderLevel {
    const MOST: i32 = 365;

    /// The level of some days, as it was stored.
    pub fn of_days(days: i32) -> Option<Self> {
        (-Self::MOST..=Self::MOST).contains(&days).then_some(Self(days))
    }

    /// Days after the due date, negative before it.
    pub fn days(self) -> i32 {
        self.0
    }
}

impl FromStr for ReminderLevel {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let days = text.strip_suffix('d').and_then(|days| days.parse().ok()).and_then(Self::of_days);
        days.ok_or_else(|| Invalid::rule("must be days after the due date such as +7d, or before it such as -3d"))
    }
}

impl fmt::Display for ReminderLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:+}d", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_number_of_days_with_a_sign() {
        for (text, level) in [("-3d", "-3d"), ("+1d", "+1d"), ("14d", "+14d"), ("0d", "+0d"), ("+365d", "+365d")] {
            assert_eq!(text.parse::<ReminderLevel>().map(|level| level.to_string()).as_deref(), Ok(level));
        }
        for text in ["", "d", "7", "+7", "1w", "+366d", "-366d", "+ 7d", "++7d", "1.5d", "99999999999d"] {
            assert!(text.parse::<ReminderLevel>().is_err(), "{text}");
        }
    }
}
