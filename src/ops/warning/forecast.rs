//! Records the forecasts of warnings that came true or ended, and queues their emails.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::model::{
    Customer, EmailAddress, EmailCause, EmailState, EmailTemplate, ForecastAlert, ForecastCause, ForecastKind,
    OutboxEmail, RenderedEmail, Time, Unit, Warning, WarningDetails,
};
use crate::ops::outbox::{self, reached_recipients};
use crate::ops::warning::findings::{CheckFindings, RecordedForecast, UncheckedBalance};
use crate::report::{ForecastChange, forecast_changes, internal_recipients, warning_recipients};
use crate::store::{ForecastKey, Tx};

/// The content of an email about a forecast.
#[derive(Debug)]
pub struct ForecastNotice<'a> {
    pub template: EmailTemplate,
    /// `None` if nobody's traffic was imported.
    pub customer: Option<&'a Customer>,
    pub settings: &'a WarningDetails,
    pub alert: &'a ForecastAlert,
    /// The customer's recipients, which the internal email lists.
    pub customer_recipients: &'a [EmailAddress],
    /// When the check ran.
    pub at: Time,
}

/// Renders such an email. It is passed in because operations do not know the templates.
pub type ComposeForecast<'a> = &'a dyn Fn(&ForecastNotice<'_>) -> Result<RenderedEmail>;

/// Raises and ends the forecast warnings of all customers, and adds them to the findings of a check. One whose data is damaged is
/// left unchanged and does not prevent the others.
pub fn check_forecasts(
    tx: &mut Tx<'_>,
    internal: &[EmailAddress],
    compose: ComposeForecast<'_>,
    findings: &mut CheckFindings,
) -> Result<()> {
    for change in forecast_changes(tx, tx.at())? {
        match tx.attempt(|tx| record(tx, &change, internal, compose)).flatten() {
            Ok(recorded) => findings.forecasts.push(recorded),
            Err(error @ Error::Damaged(_)) => {
                let name = format!("the warning {} of customer {:?}", change.key.kind, change.key.warning);
                findings.unchecked.push(UncheckedBalance { name, error });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn record(
    tx: &mut Tx<'_>,
    change: &ForecastChange,
    internal: &[EmailAddress],
    compose: ComposeForecast<'_>,
) -> Result<RecordedForecast> {
    let owner = match change.key.warning {
        Some((customer_id, unit)) => {
            let customer = tx.customer_of(customer_id)?;
            let warning = tx.warning(&customer, unit)?;
            Some((customer, warning.map_or_else(WarningDetails::empty, |warning| warning.details)))
        }
        None => None,
    };
    let (customer, settings) = owner.map_or((None, WarningDetails::empty()), |(of, settings)| (Some(of), settings));
    let to_customer = change.key.kind == ForecastKind::DaysLeft || settings.traffic_to_customer;
    let customer_recipients = match &customer {
        Some(customer) if to_customer => warning_recipients(tx, customer, &settings)?,
        _ => Vec::new(),
    };
    let audience = if change.raised {
        let internal = internal_recipients(&settings, internal).to_vec();
        let own = customer_template(change.key.kind).map(|template| (template, customer_recipients.clone()));
        own.into_iter().chain([(EmailTemplate::Forecast, internal)]).collect()
    } else {
        let reached = end_emails(tx, change.key, change.cause)?;
        let is_wanted = change.cause == ForecastCause::Check && settings.notify_recovery;
        vec![(EmailTemplate::ForecastEnded, if is_wanted { reached } else { Vec::new() })]
    };
    let alert = tx.insert_forecast_alert(change.key, change.raised, change.cause, &change.figures)?;
    let mut emails = Vec::new();
    for (template, addresses) in audience.into_iter().filter(|(_, addresses)| !addresses.is_empty()) {
        let content = compose(&ForecastNotice {
            template,
            customer: customer.as_ref(),
            settings: &settings,
            alert: &alert,
            customer_recipients: &customer_recipients,
            at: tx.at(),
        })?;
        // An address that is listed twice gets one email.
        let mut seen = BTreeSet::new();
        for to in addresses.iter().filter(|to| seen.insert(*to)) {
            emails.push(outbox::queue(tx, customer.as_ref(), EmailCause::Forecast(&alert), to, &content)?);
        }
    }
    let is_expected = change.raised && customer.is_some() && to_customer && settings.notify_customer;
    Ok(RecordedForecast { alert, emails, no_recipient: is_expected && customer_recipients.is_empty() })
}

/// The email to the customer.
fn customer_template(kind: ForecastKind) -> Option<EmailTemplate> {
    match kind {
        ForecastKind::DaysLeft => Some(EmailTemplate::DaysLeft),
        ForecastKind::Surge => Some(EmailTemplate::Surge),
        ForecastKind::Silent => Some(EmailTemplate::Silent),
        ForecastKind::NoTraffic => None,
    }
}

/// Cancels the emails that wait about a warning that ends, and returns the recipients that the others reached.
fn end_emails(tx: &mut Tx<'_>, key: ForecastKey, cause: ForecastCause) -> Result<Vec<EmailAddress>> {
    let raised = tx.raised_forecasts()?.into_iter().find(|alert| ForecastKey::of(alert) == key);
    let emails = raised.map_or_else(|| Ok(Vec::new()), |alert| tx.emails_of_forecast(&alert))?;
    cancel_waiting(tx, &emails, cause.reason())?;
    Ok(reached_recipients(&emails))
}

/// Cancels the emails that wait. One that is being sent is left to that run: its outcome decides.
fn cancel_waiting(tx: &mut Tx<'_>, emails: &[OutboxEmail], reason: &str) -> Result<()> {
    let waiting = emails.iter().filter(|email| email.next_attempt_at.is_some() && email.state != EmailState::Sending);
    waiting.into_iter().try_for_each(|email| outbox::cancel_outdated(tx, email, reason))
}

/// Ends the raised forecasts of a warning for which `cause_of` has a cause. No email is sent: nothing happened but a change of an
/// operator's.
pub(super) fn end(
    tx: &mut Tx<'_>,
    warning: &Warning,
    cause_of: impl Fn(ForecastKind) -> Option<ForecastCause>,
) -> Result<()> {
    for alert in raised_of(tx, warning.customer_id, warning.unit)? {
        if let Some(cause) = cause_of(alert.kind) {
            let emails = tx.emails_of_forecast(&alert)?;
            cancel_waiting(tx, &emails, cause.reason())?;
            tx.insert_forecast_alert(ForecastKey::of(&alert), false, cause, &alert.figures)?;
        }
    }
    Ok(())
}

/// Cancels the waiting emails about forecasts that a customer is not to get any more.
pub(super) fn cancel_to_customer(
    tx: &mut Tx<'_>,
    warning: &Warning,
    is_unwanted: impl Fn(EmailTemplate) -> bool,
) -> Result<()> {
    for alert in raised_of(tx, warning.customer_id, warning.unit)? {
        let mut emails = tx.emails_of_forecast(&alert)?;
        emails.retain(|email| is_unwanted(email.content.template));
        cancel_waiting(tx, &emails, "emails to the customer were turned off")?;
    }
    Ok(())
}

fn raised_of(tx: &Tx<'_>, customer_id: i64, unit: Unit) -> Result<Vec<ForecastAlert>> {
    let mut raised = tx.raised_forecasts()?;
    raised.retain(|alert| ForecastKey::of(alert).warning == Some((customer_id, unit)));
    Ok(raised)
}
