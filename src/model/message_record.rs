//! A stored message with the names of its account, customer and import.

use crate::model::{
    AccountCode, Destination, ImportState, MessageId, MessageState, MobileNetwork, Money, PlanCode, PriceDestination,
    SystemId, Time, Unit,
};

/// A price of a plan by which a message was charged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanPrice {
    pub price_id: i64,
    pub plan: PlanCode,
    /// What the price is for.
    pub destination: PriceDestination,
    /// The price of a message part.
    pub price: Money,
}

/// A message as `traffic show` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRecord {
    pub id: MessageId,
    /// The submission time; the earliest one if several were reported.
    pub submitted_at: Time,
    pub system_id: SystemId,
    pub customer: AccountCode,
    pub destination: Destination,
    pub state: MessageState,
    pub parts: u16,
    /// The mobile network of the destination, if it was reported.
    pub network: Option<MobileNetwork>,
    /// The price that the gateway reported.
    pub price: Option<Money>,
    /// The charge; zero if the message was only reported as rejected or imported without charging.
    pub charge: Money,
    /// What is reserved for it, as long as it may be delivered and charged then.
    pub reserved: Option<Money>,
    pub unit: Unit,
    /// The price in a plan by which it was charged, if one was.
    pub plan_price: Option<PlanPrice>,
    /// The run of `traffic reprice` that set the price, if one did.
    pub reprice_id: Option<i64>,
    /// The import that charged the message, else the one that added it. An unfinished import has not posted its charges yet.
    pub import_id: i64,
    pub import_state: ImportState,
    /// The file of that import.
    pub file: String,
}
