//! Services: what SMPP accounts are sold, and the plans that price it.

use serde::{Deserialize, Serialize};

use crate::model::{ApiId, Money, Name, PlanCode, PriceSource, ServiceCode, Time, Unit};

/// The editable fields of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceDetails {
    pub name: Name,
    pub price_source: PriceSource,
}

/// A service with the plan that was in force when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub id: i64,
    pub code: ServiceCode,
    pub api_id: ApiId,
    /// Fixed at creation, because changing it would change the meaning of charges already posted.
    pub unit: Unit,
    pub plan: PlanCode,
    /// The default price of a message part in the plan; `None` if the plan has none.
    pub price: Option<Money>,
    pub details: ServiceDetails,
    pub created_at: Time,
    pub updated_at: Time,
}
