//! What an SMPP account is sold.

use serde::{Deserialize, Serialize};

use crate::model::{ApiId, Money, Name, ServiceCode, Time, Unit};

/// What an operator may change of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceDetails {
    pub name: Name,
    /// The price of one message part in the service's unit; not negative.
    pub price: Money,
}

/// A service: what it charges in, and how much for a message part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub id: i64,
    pub code: ServiceCode,
    pub api_id: ApiId,
    /// Fixed when the service is made: charges already booked would change their meaning with it.
    pub unit: Unit,
    pub details: ServiceDetails,
    pub created_at: Time,
    pub updated_at: Time,
}
