//! What a check found: crossings, forecasts, and what it could not check.

use crate::error::Error;
use crate::model::{Crossing, ForecastAlert, OutboxEmail};

/// A recorded crossing and the emails queued for it.
#[derive(Debug)]
pub struct CrossingAlert {
    pub crossing: Crossing,
    pub emails: Vec<OutboxEmail>,
    /// Whether the customer should have been notified but has no address.
    pub no_recipient: bool,
}

/// A forecast warning that was raised or ended, and the emails queued for it.
#[derive(Debug)]
pub struct RecordedForecast {
    pub alert: ForecastAlert,
    pub emails: Vec<OutboxEmail>,
    /// Whether the customer should have been notified but has no address.
    pub no_recipient: bool,
}

/// A balance that could not be checked because its customer's data is damaged.
#[derive(Debug)]
pub struct UncheckedBalance {
    /// Customer and unit.
    pub name: String,
    pub error: Error,
}

/// The result of a check.
#[derive(Debug, Default)]
pub struct CheckFindings {
    pub alerts: Vec<CrossingAlert>,
    pub forecasts: Vec<RecordedForecast>,
    pub unchecked: Vec<UncheckedBalance>,
}

impl CheckFindings {
    /// How many crossings and forecasts were recorded.
    pub fn recorded(&self) -> usize {
        self.alerts.len() + self.forecasts.len()
    }

    /// How many emails were queued.
    pub fn queued(&self) -> usize {
        let of_crossings = self.alerts.iter().map(|alert| alert.emails.len());
        of_crossings.chain(self.forecasts.iter().map(|forecast| forecast.emails.len())).sum()
    }

    /// Whether a customer should have been notified but has no address.
    pub fn lacks_recipient(&self) -> bool {
        self.alerts.iter().any(|alert| alert.no_recipient)
            || self.forecasts.iter().any(|forecast| forecast.no_recipient)
    }
}
