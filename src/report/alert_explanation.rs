//! Explains why a low-balance email was or was not sent: the threshold crossings of a balance, their emails, and a verdict.

use crate::error::{Error, Result};
use crate::model::{
    Balance, Crossing, CrossingCause, Customer, EmailAddress, EmailState, EntityKind, ForecastAlert, Level,
    OutboxEmail, Unit, Warning,
};
use crate::report::balance_unit::unit_of;
use crate::report::forecast_conditions::{ForecastCondition, forecast_conditions};
use crate::report::recipients::{internal_recipients, warning_recipients};
use crate::store::{OutboxFilter, Snapshot};

/// The alerts of a balance, and the reason for the last one.
#[derive(Debug)]
pub struct AlertExplanation {
    pub customer: Customer,
    pub unit: Unit,
    pub balance: Option<Balance>,
    pub warning: Option<Warning>,
    /// The customer's recipients of the next email.
    pub customer_recipients: Vec<EmailAddress>,
    /// The operator's recipients.
    pub internal_recipients: Vec<EmailAddress>,
    /// Newest first.
    pub crossings: Vec<Crossing>,
    /// What the warning asks of forecasts, as it is now.
    pub forecasts: Vec<ForecastCondition>,
    /// When forecasts were raised and ended, newest first.
    pub forecast_alerts: Vec<ForecastAlert>,
    /// The emails of all crossings and forecast alerts.
    pub emails: Vec<OutboxEmail>,
    pub verdict: AlertVerdict,
}

/// Why the last email was or was not sent, and what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertVerdict {
    NoWarning,
    /// The customer has no balance in the unit yet.
    NoBalance,
    CustomerArchived,
    SwitchedOff,
    NoThresholds,
    /// The balance is at `level`, but the warning still has the state `state`, which it got for `cause`. The next check records
    /// the crossing.
    AwaitsCheck {
        level: Level,
        state: Level,
        cause: CrossingCause,
    },
    /// The balance is above its thresholds.
    NotLow,
    /// The customer should get an email but has no address.
    NoRecipient {
        level: Level,
    },
    /// The balance is at `level` by a crossing that queued no email.
    NothingToSend {
        level: Level,
    },
    /// The current crossing queued `emails`, of which `sent` were sent.
    Queued {
        level: Level,
        emails: usize,
        sent: usize,
    },
}

/// Explains the alerts of a customer's balance; without a unit, of its only one. `internal` are the operator's addresses in the
/// configuration.
///
/// # Errors
/// [`Error::NotFound`] when the customer has neither a balance nor a warning in the given unit.
pub fn explain_alerts(
    snapshot: &Snapshot<'_>,
    customer: &str,
    given_unit: Option<Unit>,
    internal: &[EmailAddress],
) -> Result<AlertExplanation> {
    let customer = snapshot.customer(customer)?;
    let unit = unit_of(snapshot, &customer, given_unit)?;
    let (balance, warning) = (snapshot.balance(&customer, unit)?, snapshot.warning(&customer, unit)?);
    if given_unit.is_some() && balance.is_none() && warning.is_none() {
        let name = Balance::name_of(&customer.account_code, unit);
        return Err(Error::NotFound { entity: EntityKind::Balance, name, nearest: None });
    }
    let (customer_recipients, internal_recipients) = match &warning {
        Some(Warning { details, .. }) => {
            (warning_recipients(snapshot, &customer, details)?, internal_recipients(details, internal).to_vec())
        }
        None => Default::default(),
    };
    let crossings = snapshot.crossings(customer.id, unit)?;
    let mut emails = Vec::new();
    for crossing in &crossings {
        let filter = OutboxFilter { crossing_id: Some(crossing.id), ..OutboxFilter::default() };
        emails.extend(snapshot.emails_of(&filter)?);
    }
    let own = emails.len();
    let forecast_alerts = snapshot.forecast_alerts(&customer, unit)?;
    for alert in &forecast_alerts {
        emails.extend(snapshot.emails_of_forecast(alert)?);
    }
    let asked: Vec<Warning> = warning.iter().filter(|warning| warning.details.active).cloned().collect();
    let forecasts = forecast_conditions(snapshot, &asked, snapshot.at())?;
    let verdict = match (&warning, &balance) {
        (None, _) => AlertVerdict::NoWarning,
        (Some(_), None) => AlertVerdict::NoBalance,
        (Some(_), Some(_)) if customer.lifecycle.archived_at.is_some() => AlertVerdict::CustomerArchived,
        (Some(warning), Some(balance)) => {
            verdict_of(warning, balance, !customer_recipients.is_empty(), crossings.first(), &emails[..own])
        }
    };
    Ok(AlertExplanation {
        customer,
        unit,
        balance,
        warning,
        customer_recipients,
        internal_recipients,
        crossings,
        forecasts,
        forecast_alerts,
        emails,
        verdict,
    })
}

/// The verdict on a balance that has a warning and whose customer is active.
fn verdict_of(
    warning: &Warning,
    balance: &Balance,
    has_recipients: bool,
    current: Option<&Crossing>,
    emails: &[OutboxEmail],
) -> AlertVerdict {
    let details = &warning.details;
    if !details.active {
        return AlertVerdict::SwitchedOff;
    }
    if details.upper.is_none() {
        return AlertVerdict::NoThresholds;
    }
    let level = details.level(balance.balance);
    if level != warning.state {
        let cause = current.map_or(CrossingCause::Balance, |crossing| crossing.cause);
        return AlertVerdict::AwaitsCheck { level, state: warning.state, cause };
    }
    if level == Level::Ok {
        return AlertVerdict::NotLow;
    }
    if details.notify_customer && !has_recipients {
        return AlertVerdict::NoRecipient { level };
    }
    let of_current = emails.iter().filter(|email| email.crossing_id == current.map(|crossing| crossing.id));
    let (queued, sent) = of_current
        .fold((0, 0), |(queued, sent), email| (queued + 1, sent + usize::from(email.state == EmailState::Sent)));
    if queued == 0 {
        AlertVerdict::NothingToSend { level }
    } else {
        AlertVerdict::Queued { level, emails: queued, sent }
    }
}
