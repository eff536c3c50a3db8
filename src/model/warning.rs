//! Warnings of low balances: the thresholds, who is told, and what the last check found.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::text::{Invalid, serde_by_text};
use crate::model::{AccountCode, EmailAddress, Money, Time, Unit};

/// What an operator may change of a warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarningDetails {
    /// The early warning: the balance is low when it is at or below this threshold.
    pub upper: Option<Money>,
    /// The urgent warning; not above `upper`.
    pub lower: Option<Money>,
    pub notify_customer: bool,
    /// Where the customer is told; when empty, its billing contacts, else its invoice emails.
    pub to: Vec<EmailAddress>,
    /// Where we are told; when empty, the addresses of the configuration.
    pub internal: Vec<EmailAddress>,
    /// Whether those who were warned are told when the balance has recovered.
    pub notify_recovery: bool,
    pub active: bool,
}

impl WarningDetails {
    /// A warning without thresholds, which never fires.
    pub fn empty() -> Self {
        Self {
            upper: None,
            lower: None,
            notify_customer: true,
            to: Vec::new(),
            internal: Vec::new(),
            notify_recovery: true,
            active: true,
        }
    }

    /// How low a balance is by these thresholds.
    pub fn level(&self, balance: Money) -> Level {
        if self.lower.is_some_and(|threshold| balance <= threshold) {
            Level::Lower
        } else if self.upper.is_some_and(|threshold| balance <= threshold) {
            Level::Upper
        } else {
            Level::Ok
        }
    }
}

/// The warning of a balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub customer_id: i64,
    pub customer: AccountCode,
    pub unit: Unit,
    pub details: WarningDetails,
    /// What the last check found.
    pub state: Level,
    pub updated_at: Time,
}

/// How low a balance is. Lower is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Above both thresholds.
    Ok,
    /// At or below the upper threshold.
    Upper,
    /// At or below the lower threshold.
    Lower,
}
serde_by_text!(Level);

impl Level {
    /// `ok`, `upper` or `lower`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Upper => "upper",
            Self::Lower => "lower",
        }
    }
}

impl FromStr for Level {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        [Self::Ok, Self::Upper, Self::Lower]
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| Invalid::rule("must be ok, upper or lower"))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a warning's state changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CrossingCause {
    /// A check found that the balance had crossed a threshold.
    Balance,
    /// Somebody moved or removed the thresholds.
    Thresholds,
    /// Somebody switched the warning off.
    Off,
    /// Somebody archived the customer.
    Archived,
}
serde_by_text!(CrossingCause);

impl CrossingCause {
    /// `balance`, `thresholds`, `off` or `archived`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Balance => "balance",
            Self::Thresholds => "thresholds",
            Self::Off => "off",
            Self::Archived => "archived",
        }
    }

    /// Why an email that waited was taken back.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Balance => "the balance has moved since",
            Self::Thresholds => "the thresholds were moved",
            Self::Off => "the warning was switched off",
            Self::Archived => "the customer was archived",
        }
    }
}

impl FromStr for CrossingCause {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        [Self::Balance, Self::Thresholds, Self::Off, Self::Archived]
            .into_iter()
            .find(|cause| cause.as_str() == text)
            .ok_or_else(|| Invalid::rule("must be balance, thresholds, off or archived"))
    }
}

impl fmt::Display for CrossingCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A change of a warning's state, and the balance at that time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    pub id: i64,
    pub customer_id: i64,
    pub customer: AccountCode,
    pub unit: Unit,
    pub from: Level,
    pub to: Level,
    pub cause: CrossingCause,
    pub balance: Money,
    pub at: Time,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_at_its_mark_is_low() {
        let money = |text: &str| text.parse::<Money>().expect("money");
        let thresholds =
            WarningDetails { upper: Some(money("100")), lower: Some(money("0")), ..WarningDetails::empty() };
        let levels = [("100.00000001", Level::Ok), ("100", Level::Upper), ("0.01", Level::Upper), ("0", Level::Lower)];
        for (balance, level) in levels {
            assert_eq!(thresholds.level(money(balance)), level, "{balance}");
        }
        assert_eq!(WarningDetails::empty().level(money("-5")), Level::Ok);
    }
}
