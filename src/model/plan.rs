//! Price plans: named lists of prices in one unit.

use serde::{Deserialize, Serialize};

use crate::model::word_enum::word_enum;
use crate::model::{Effective, MessageState, Money, Name, PlanCode, PriceDestination, Time, Timeline, Unit};

word_enum! {
    /// When messages are charged that a plan prices. The price is that of the second of submission in either case.
    #[derive(Default)]
    pub enum PlanBasis {
        /// When the gateway accepts a message.
        #[default]
        Submit = "submit",
        /// When a message is delivered.
        Delivered = "delivered",
    }
}

impl PlanBasis {
    /// Whether a message is charged that was reported in this state.
    pub fn charges(self, state: MessageState) -> bool {
        match self {
            Self::Submit => state.is_sent(),
            Self::Delivered => state == MessageState::Delivered,
        }
    }
}

/// The editable fields of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanDetails {
    pub name: Name,
}

/// A price plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub id: i64,
    pub code: PlanCode,
    /// The unit of its prices. Fixed at creation, as that of a service.
    pub unit: Unit,
    /// Fixed at creation, because it decides which messages were charged.
    pub basis: PlanBasis,
    pub details: PlanDetails,
    pub created_at: Time,
    pub updated_at: Time,
    pub archived_at: Option<Time>,
}

/// A price of a plan, as it was recorded. It is never changed: a change or a correction is another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRow {
    /// A number of the sequence that all changes of prices share; see [`crate::model::PricesVersion`].
    pub id: i64,
    pub destination: PriceDestination,
    /// The price of a message part; `None` if the plan has no price for the destination from then on.
    pub price: Option<Money>,
    /// From when it counts; `None` if it always did.
    pub effective_from: Option<Time>,
    pub recorded_at: Time,
}

impl PriceRow {
    /// Which of the prices of one destination is in force when.
    pub fn timeline(rows: Vec<Self>) -> Timeline<Self> {
        let effective = |row: Self| Effective { id: row.id, from: row.effective_from, value: row };
        Timeline::new(rows.into_iter().map(effective).collect())
    }
}

/// Who has a plan that is asked before that of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OverlayOwner {
    /// The customer of an ID: all its accounts.
    Customer(i64),
    /// The SMPP account of an ID.
    Account(i64),
}

word_enum! {
    /// Where the prices of messages come from.
    pub enum PriceSource {
        /// Always the plan.
        Plan = "plan",
        /// The traffic file, where it has prices in the unit of the plan.
        File = "file",
        /// The plan; rows of a file with another price are refused.
        MustAgree = "must-agree",
    }
}
