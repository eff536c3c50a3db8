//! Gives waiting emails the addresses of today: who corrects a wrong address expects the email there.
//!
//! The text of an email is that of the moment it was queued, because it reports a balance of that moment. Its address is decided
//! when it is sent. An email that a server may have accepted keeps its address, so that it is not sent to two.

use crate::error::Result;
use crate::model::{EmailAddress, EmailTemplate, OutboxEmail};
use crate::ops::outbox;
use crate::report::{internal_recipients, warning_recipients};
use crate::store::{OutboxFilter, Tx};

/// The email with an address that is still a recipient of its warning; `None` if it was cancelled, because its recipient was
/// removed and every other has an email. `internal` are the operator's addresses for warnings that have none of their own.
pub fn to_current_recipient(
    tx: &mut Tx<'_>,
    email: OutboxEmail,
    internal: &[EmailAddress],
) -> Result<Option<OutboxEmail>> {
    let unit = match (email.crossing_id, email.forecast_alert_id) {
        (Some(crossing_id), _) => Some(tx.unit_of_crossing(crossing_id)?),
        (None, Some(alert_id)) => tx.unit_of_forecast(alert_id)?,
        (None, None) => None,
    };
    let (Some(unit), Some(customer)) = (unit, &email.customer) else { return Ok(Some(email)) };
    // It goes to those whom a warning reached.
    if matches!(email.content.template, EmailTemplate::Recovered | EmailTemplate::ForecastEnded) {
        return Ok(Some(email));
    }
    let customer = tx.customer(customer.as_str())?;
    let Some(warning) = tx.warning(&customer, unit)? else { return Ok(Some(email)) };
    let is_internal =
        |email: &OutboxEmail| matches!(email.content.template, EmailTemplate::Internal | EmailTemplate::Forecast);
    let recipients = if is_internal(&email) {
        internal_recipients(&warning.details, internal).to_vec()
    } else {
        warning_recipients(tx, &customer, &warning.details)?
    };
    // Without any recipient the address that it has is the best there is: a lost warning costs more than one too many.
    if recipients.is_empty() || recipients.contains(&email.recipient) || email.unanswered > 0 {
        return Ok(Some(email));
    }
    let OutboxEmail { crossing_id, forecast_alert_id, .. } = email;
    let mut notified = tx.emails_of(&OutboxFilter { crossing_id, forecast_alert_id, ..OutboxFilter::default() })?;
    notified.retain(|other| is_internal(other) == is_internal(&email));
    let is_new = |address: &EmailAddress| notified.iter().all(|other| other.recipient != *address);
    if let Some(address) = recipients.into_iter().find(is_new) {
        return set_recipient(tx, &email, &address).map(Some);
    }
    outbox::cancel_outdated(tx, &email, "its recipient was removed, and all others are notified")?;
    Ok(None)
}

/// Moves the waiting emails about SMPP accounts from a contact's old address to its new one.
pub(super) fn to_changed_contact(
    tx: &mut Tx<'_>,
    customer_id: i64,
    before: Option<&EmailAddress>,
    after: Option<&EmailAddress>,
) -> Result<()> {
    let (Some(before), Some(after)) = (before, after) else { return Ok(()) };
    let waiting = OutboxFilter { customer_id: Some(customer_id), waiting: true, ..OutboxFilter::default() };
    for email in tx.emails_of(&waiting)? {
        if email.crossing_id.is_none() && email.recipient == *before && before != after && email.unanswered == 0 {
            set_recipient(tx, &email, after)?;
        }
    }
    Ok(())
}

fn set_recipient(tx: &mut Tx<'_>, email: &OutboxEmail, address: &EmailAddress) -> Result<OutboxEmail> {
    tx.set_email_recipient(email.id, address)?;
    outbox::record_change(tx, "readdress", email)
}
