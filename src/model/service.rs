//! Services: the price plans of SMPP accounts.

use serde::{Deserialize, Serialize};

use crate::model::{ApiId, Money, Name, ServiceCode, Time, Unit};

/// The editable fields of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceDetails {
    pub name: Name,
    /// Price per message part in the service's unit; not negative.
    pub price: Money,
}

/// A service with its unit and price per message part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub id: i64,
    pub code: ServiceCode,
    pub api_id: ApiId,
    /// Fixed at creation, because changing it would change the meaning of charges already posted.
    pub unit: Unit,
    pub details: ServiceDetails,
    pub created_at: Time,
    pub updated_at: Time,
}
