//! Low-balance warnings: thresholds, recipients, and the level that the last check found.

use serde::{Deserialize, Serialize};

use crate::model::word_enum::word_enum;
use crate::model::{AccountCode, DaysAhead, EmailAddress, Money, SilentHours, SurgeFactor, Time, Unit};

/// The editable fields of a warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarningDetails {
    /// The early-warning threshold: a balance at or below it is low.
    pub upper: Option<Money>,
    /// The urgent threshold; not above `upper`.
    pub lower: Option<Money>,
    pub notify_customer: bool,
    /// The customer's recipients; if empty, its billing contacts, else its invoice emails.
    pub to: Vec<EmailAddress>,
    /// The operator's recipients; if empty, those of the configuration.
    pub internal: Vec<EmailAddress>,
    /// Whether the recipients of a warning get an email when the balance has recovered.
    pub notify_recovery: bool,
    pub active: bool,
    /// Warns when the balance will be empty within this number of days.
    pub days_left: Option<DaysAhead>,
    /// Warns when an SMPP account sends this many times its usual.
    pub surge: Option<SurgeFactor>,
    /// Warns when an SMPP account that always sends has sent nothing for this time.
    pub silent: Option<SilentHours>,
    /// Whether the customer gets the emails about surges and silence as well.
    pub traffic_to_customer: bool,
}

impl WarningDetails {
    /// A warning without thresholds, which never sends an email.
    pub fn empty() -> Self {
        Self {
            upper: None,
            lower: None,
            notify_customer: true,
            to: Vec::new(),
            internal: Vec::new(),
            notify_recovery: true,
            active: true,
            days_left: None,
            surge: None,
            silent: None,
            traffic_to_customer: false,
        }
    }

    /// The level of a balance against these thresholds.
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
    /// The level that the last check found.
    pub state: Level,
    pub updated_at: Time,
}

word_enum! {
    /// How low a balance is; later values are worse.
    pub enum Level {
        /// Above both thresholds.
        Ok = "ok",
        /// At or below the upper threshold.
        Upper = "upper",
        /// At or below the lower threshold.
        Lower = "lower",
    }
}

impl Level {
    /// What people call it.
    pub const fn for_reading(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Upper => "early warning",
            Self::Lower => "urgent",
        }
    }
}

word_enum! {
    /// Why the level of a warning changed.
    pub enum CrossingCause {
        /// A check found that the balance had crossed a threshold.
        Balance = "balance",
        /// The thresholds were changed or removed.
        Thresholds = "thresholds",
        /// The warning was switched off.
        Off = "off",
        /// The customer was archived.
        Archived = "archived",
    }
}

impl CrossingCause {
    /// Why a pending email was cancelled.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Balance => "the balance has changed since",
            Self::Thresholds => "the thresholds were changed",
            Self::Off => "the warning was switched off",
            Self::Archived => "the customer was archived",
        }
    }
}

/// A change of a warning's level, with the balance at that time.
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
    fn a_balance_at_its_threshold_is_low() {
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
