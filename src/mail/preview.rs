//! Previews: emails as a customer would get them now, composed without queuing or sending anything.

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::mail::TemplateRenderer;
use crate::mail::forecast_email::kind_of;
use crate::model::invoice::{InvoiceKind, InvoiceRules, InvoiceState};
use crate::model::{
    EmailTemplate, ForecastAlert, ForecastCause, ForecastFigures, ForecastKind, Gateway, Level, Money, RenderedEmail,
    SmppAccount, Time, Unit, WarningDetails, Zone,
};
use crate::ops::handover;
use crate::ops::invoice::{InvoiceMailing, preview_notice};
use crate::ops::warning::{ForecastNotice, Notice};
use crate::report::{NoticeQuestion, PlannedNotices, forecast_conditions, unit_of, warning_recipients};
use crate::store::{ArchiveFilter, InvoiceFilter, PlanFilter, SmppFilter, Snapshot};

/// Composes an email about a customer's first active SMPP account, with stars instead of its password.
///
/// # Errors
/// [`Error::Refused`] when the customer has no active account.
pub fn preview_account_email(
    snapshot: &Snapshot<'_>,
    renderer: &TemplateRenderer,
    template: EmailTemplate,
    customer: &str,
    gateway: &Gateway,
    at: Time,
) -> Result<RenderedEmail> {
    let account = first_account(snapshot, customer)?;
    let pack = handover::details(snapshot, account.system_id.as_str(), gateway, at)?;
    renderer.compose_handover(template, &pack, true)
}

/// Composes an email about a customer's balance, its only one when no unit is named.
///
/// The figures are today's, also where the balance is not low: a template is checked before it is needed.
pub fn preview_warning(
    snapshot: &Snapshot<'_>,
    renderer: &TemplateRenderer,
    template: EmailTemplate,
    customer: &str,
    unit: Option<Unit>,
    at: Time,
) -> Result<RenderedEmail> {
    let customer = snapshot.customer(customer)?;
    let unit = unit_of(snapshot, &customer, unit)?;
    let balance = snapshot.balance(&customer, unit)?.map_or(Money::ZERO, |balance| balance.balance);
    let thresholds = snapshot.warning(&customer, unit)?.map_or_else(WarningDetails::empty, |warning| warning.details);
    let recipients = warning_recipients(snapshot, &customer, &thresholds)?;
    // The level follows from the template, not from the balance. Only the internal email is the same for both
    // thresholds.
    let level = match template {
        EmailTemplate::LowUpper => Level::Upper,
        EmailTemplate::LowLower => Level::Lower,
        EmailTemplate::Internal => thresholds.level(balance).max(Level::Upper),
        _ => Level::Ok,
    };
    renderer.compose(&Notice {
        kind: template,
        customer: &customer,
        unit,
        balance,
        level,
        thresholds: &thresholds,
        customer_recipients: &recipients,
        at,
    })
}

/// Composes an email about a forecast of a customer's balance, its only one when no unit is named.
///
/// The figures are today's if the warning asks for them. Otherwise they are an example: a balance that lasts two days, and an account
/// that sent ten times its usual or has stopped six hours ago.
///
/// # Errors
/// [`Error::Refused`] when an email about an account is asked for and the customer has no active one.
pub fn preview_forecast(
    snapshot: &Snapshot<'_>,
    renderer: &TemplateRenderer,
    template: EmailTemplate,
    customer: &str,
    unit: Option<Unit>,
    at: Time,
) -> Result<RenderedEmail> {
    let found = snapshot.customer(customer)?;
    let unit = unit_of(snapshot, &found, unit)?;
    let balance = snapshot.balance(&found, unit)?.map_or(Money::ZERO, |balance| balance.balance);
    let warning = snapshot.warning(&found, unit)?;
    let kind = kind_of(template).unwrap_or(ForecastKind::DaysLeft);
    let conditions = forecast_conditions(snapshot, warning.as_slice(), at)?;
    let known = conditions.into_iter().find(|condition| condition.key.kind == kind && condition.figures.at.is_some());
    let account = match (kind, &known) {
        (ForecastKind::DaysLeft | ForecastKind::NoTraffic, _) => None,
        (_, Some(condition)) => condition.account.clone(),
        (_, None) => Some(first_account(snapshot, customer)?.system_id),
    };
    let hours = |hours| at.timestamp().checked_add(SignedDuration::from_hours(hours)).ok().map(Time::from_timestamp);
    let example = match kind {
        ForecastKind::DaysLeft | ForecastKind::NoTraffic => (hours(48), None, None),
        ForecastKind::Surge => (Some(at), Some(1_000), Some(100)),
        ForecastKind::Silent => (hours(-6), Some(0), Some(100)),
    };
    let figures = known.map_or(
        ForecastFigures { balance: Some(balance), at: example.0, recent: example.1, usual: example.2 },
        |condition| condition.figures,
    );
    let settings = warning.map_or_else(WarningDetails::empty, |warning| warning.details);
    let alert = ForecastAlert {
        id: 0,
        of: Some((found.account_code.clone(), unit)),
        customer_id: Some(found.id),
        kind,
        account_id: None,
        account,
        raised: template != EmailTemplate::ForecastEnded,
        cause: ForecastCause::Check,
        figures,
        at,
    };
    renderer.compose_forecast(&ForecastNotice {
        template,
        customer: Some(&found),
        settings: &settings,
        alert: &alert,
        customer_recipients: &warning_recipients(snapshot, &found, &settings)?,
        at,
    })
}

/// Composes the email about the planned changes of the first plan of a customer that has any. They include those of which it was
/// notified already.
///
/// # Errors
/// [`Error::Refused`] when no price of the customer changes.
pub fn preview_prices(
    snapshot: &Snapshot<'_>,
    renderer: &TemplateRenderer,
    customer: &str,
    zone: &Zone,
) -> Result<RenderedEmail> {
    let customer = snapshot.customer(customer)?;
    let question = NoticeQuestion { customer_id: Some(customer.id), with_notified: true, ..NoticeQuestion::default() };
    let plans = PlanFilter { archive_filter: ArchiveFilter::Active, ..PlanFilter::default() };
    let mut found = None;
    snapshot.plans(&plans, |plan| {
        if found.is_none() {
            found = PlannedNotices::new(snapshot, &plan, question)?.notice(snapshot, customer.id)?;
        }
        Ok::<_, Error>(())
    })?;
    let notice = found
        .ok_or_else(|| Error::Refused(format!("no planned change of prices concerns {}", customer.account_code)))?;
    renderer.compose_prices(&notice, zone)
}

/// Composes an email about a customer's newest document that it fits: an issued invoice or credit note, a pro-forma, or the open invoice
/// that is due first.
///
/// # Errors
/// [`Error::Refused`] when the customer has no such document.
pub fn preview_invoice(
    snapshot: &Snapshot<'_>,
    mailing: &InvoiceMailing,
    rules: &InvoiceRules,
    template: EmailTemplate,
    customer: &str,
    at: Time,
) -> Result<RenderedEmail> {
    let customer = snapshot.customer(customer)?;
    let mut found = None;
    let filter = InvoiceFilter { customer_id: Some(customer.id), ..InvoiceFilter::default() };
    snapshot.invoices(&filter, |invoice| {
        let fits = match template {
            EmailTemplate::ProForma => invoice.state(Date::MIN) == InvoiceState::ProForma,
            EmailTemplate::CreditNote => invoice.issued.is_some() && invoice.kind == InvoiceKind::CreditNote,
            EmailTemplate::Reminder => invoice.kind == InvoiceKind::Invoice && invoice.open() > Money::ZERO,
            _ => invoice.issued.is_some() && invoice.kind == InvoiceKind::Invoice,
        };
        if fits {
            found = Some(invoice);
        }
        Ok::<_, Error>(())
    })?;
    let code = &customer.account_code;
    let invoice = found.ok_or_else(|| Error::Refused(format!("{code} has no document for the email {template}")))?;
    preview_notice(snapshot, mailing, rules, template, &invoice, rules.day_of(at))
}

fn first_account(snapshot: &Snapshot<'_>, customer: &str) -> Result<SmppAccount> {
    let customer = snapshot.customer(customer)?;
    let mut first = None;
    let accounts = SmppFilter { archive_filter: ArchiveFilter::Active, ..SmppFilter::of_customer(customer.id) };
    snapshot.smpp_accounts(&accounts, |account| {
        first.get_or_insert(account);
        Ok::<_, Error>(())
    })?;
    first.ok_or_else(|| Error::Refused(format!("{} has no active SMPP account", customer.account_code)))
}
