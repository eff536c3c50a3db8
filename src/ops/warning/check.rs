//! Finds the balances that crossed a threshold, records each crossing and queues its emails.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::model::{
    CrossingCause, Customer, EmailAddress, EmailCause, EmailState, EmailTemplate, Level, Money, OutboxEmail,
    RenderedEmail, Time, Unit, Warning, WarningDetails,
};
use crate::ops::outbox::{self, reached_recipients};
use crate::ops::warning::findings::{CheckFindings, CrossingAlert, UncheckedBalance};
use crate::report::{internal_recipients, warning_recipients};
use crate::store::{OutboxFilter, Tx, UnrecordedCrossing};

/// The content of an email about a balance.
#[derive(Debug)]
pub struct Notice<'a> {
    pub kind: EmailTemplate,
    pub customer: &'a Customer,
    pub unit: Unit,
    pub balance: Money,
    pub level: Level,
    pub thresholds: &'a WarningDetails,
    /// The customer's recipients, which the internal email lists.
    pub customer_recipients: &'a [EmailAddress],
    /// When the balance was read.
    pub at: Time,
}

/// Renders a notice as an email. It is passed in because operations do not know the templates.
pub type Compose<'a> = &'a dyn Fn(&Notice<'_>) -> Result<RenderedEmail>;

/// Compares every active balance that has a warning with its thresholds, records each crossing and queues its emails.
/// A balance with damaged data is left unchanged and does not prevent the check of the others.
///
/// `internal` are the operator's addresses for warnings that have none of their own.
pub fn check_balances(tx: &mut Tx<'_>, internal: &[EmailAddress], compose: Compose<'_>) -> Result<CheckFindings> {
    let mut findings = CheckFindings::default();
    for UnrecordedCrossing { name, warning } in tx.unrecorded_crossings()? {
        let alert = warning.and_then(|(warning, balance)| {
            tx.attempt(|tx| record_crossing(tx, &warning, balance, internal, compose)).flatten()
        });
        match alert {
            Ok(alert) => findings.alerts.push(alert),
            Err(error @ Error::Damaged(_)) => findings.unchecked.push(UncheckedBalance { name, error }),
            Err(error) => return Err(error),
        }
    }
    Ok(findings)
}

fn record_crossing(
    tx: &mut Tx<'_>,
    warning: &Warning,
    balance: Money,
    internal: &[EmailAddress],
    compose: Compose<'_>,
) -> Result<CrossingAlert> {
    let customer = tx.customer_of(warning.customer_id)?;
    let customer_recipients = warning_recipients(tx, &customer, &warning.details)?;
    let level = warning.details.level(balance);
    // Read the earlier emails before cancelling those that wait: their states decide who gets the next one.
    let (mut earlier, mut cancelled) = (emails_of_episode(tx, warning)?, cancel_waiting(tx, warning, level)?);
    let is_wanted =
        |email: &OutboxEmail| warning.details.notify_customer || email.content.template == EmailTemplate::Internal;
    earlier.retain(is_wanted);
    cancelled.retain(is_wanted);
    let crossing = tx.insert_crossing(warning, level, CrossingCause::Balance, balance)?;
    let audience = if level > warning.state {
        let kind = if level == Level::Lower { EmailTemplate::LowLower } else { EmailTemplate::LowUpper };
        let internal = internal_recipients(&warning.details, internal).to_vec();
        vec![(kind, customer_recipients.clone()), (EmailTemplate::Internal, internal)]
    } else if level == Level::Ok {
        let recipients = if warning.details.notify_recovery { reached_recipients(&earlier) } else { Vec::new() };
        vec![(EmailTemplate::Recovered, recipients)]
    } else {
        replacements(&cancelled, &earlier)
    };
    let mut emails = Vec::new();
    for (kind, addresses) in audience.into_iter().filter(|(_, addresses)| !addresses.is_empty()) {
        let content = compose(&Notice {
            kind,
            customer: &customer,
            unit: warning.unit,
            balance,
            level,
            thresholds: &warning.details,
            customer_recipients: &customer_recipients,
            at: tx.at(),
        })?;
        // An address that is listed twice gets one email.
        let mut seen = BTreeSet::new();
        for to in addresses.iter().filter(|to| seen.insert(*to)) {
            emails.push(outbox::queue(tx, Some(&customer), EmailCause::Crossing(&crossing), to, &content)?);
        }
    }
    let no_recipient = level > warning.state && warning.details.notify_customer && customer_recipients.is_empty();
    Ok(CrossingAlert { crossing, emails, no_recipient })
}

/// Cancels the waiting emails about a balance that has changed since, and returns them as they were before.
fn cancel_waiting(tx: &mut Tx<'_>, warning: &Warning, level: Level) -> Result<Vec<OutboxEmail>> {
    let reason = match (warning.state, level) {
        (_, Level::Ok) => "the balance has recovered",
        (Level::Ok, _) => "the balance is low again",
        (Level::Upper, _) => "the balance fell further",
        (Level::Lower, _) => "the balance is above its urgent threshold again",
    };
    let unsettled: Vec<OutboxEmail> = tx.unsettled_emails(warning)?;
    // An email that is being sent is left to that run: its outcome decides.
    let waiting: Vec<OutboxEmail> = unsettled.into_iter().filter(|email| email.state != EmailState::Sending).collect();
    waiting.iter().try_for_each(|email| outbox::cancel_outdated(tx, email, reason))?;
    Ok(waiting)
}

/// The emails sent or queued since the balance was last above its thresholds.
fn emails_of_episode(tx: &Tx<'_>, warning: &Warning) -> Result<Vec<OutboxEmail>> {
    let mut emails = Vec::new();
    for crossing in tx.crossings(warning.customer_id, warning.unit)? {
        if crossing.to == Level::Ok {
            break;
        }
        emails.extend(tx.emails_of(&OutboxFilter { crossing_id: Some(crossing.id), ..OutboxFilter::default() })?);
    }
    Ok(emails)
}

/// The early warnings that replace cancelled urgent ones, except for recipients that already got an email.
fn replacements(cancelled: &[OutboxEmail], earlier: &[OutboxEmail]) -> Vec<(EmailTemplate, Vec<EmailAddress>)> {
    let is_internal = |email: &OutboxEmail| email.content.template == EmailTemplate::Internal;
    let is_reached = |by: &OutboxEmail| {
        let same = |email: &&OutboxEmail| email.recipient == by.recipient && is_internal(email) == is_internal(by);
        earlier.iter().filter(same).any(|email| email.state == EmailState::Sent)
    };
    let recipients = |internal: bool| {
        let emails = cancelled.iter().filter(|email| is_internal(email) == internal && !is_reached(email));
        emails.map(|email| email.recipient.clone()).collect()
    };
    vec![(EmailTemplate::LowUpper, recipients(false)), (EmailTemplate::Internal, recipients(true))]
}
