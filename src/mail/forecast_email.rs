//! The emails about forecasts: a balance that will soon be empty, a surge, silence, and that no traffic was imported.

use jiff::{RoundMode, Unit as TimeUnit, ZonedDateTimeRound};
use minijinja::context;

use crate::error::Result;
use crate::mail::TemplateRenderer;
use crate::mail::renderer::unit_word;
use crate::mail::values::values_of_customer;
use crate::model::{
    DaysAhead, EmailTemplate, ForecastKind, Money, RenderedEmail, SilentHours, SurgeFactor, Time, Unit, Zone,
};
use crate::ops::warning::ForecastNotice;

impl TemplateRenderer {
    /// Renders an email about a forecast, with times in the zone of the renderer.
    pub fn compose_forecast(&self, notice: &ForecastNotice<'_>) -> Result<RenderedEmail> {
        let (alert, settings, zone) = (notice.alert, notice.settings, self.zone());
        let figures = &alert.figures;
        let unit = alert.of.as_ref().map(|(_, unit)| *unit);
        let amount = |amount: Money| unit.map(|unit| format!("{} {}", unit.format(amount), unit_word(unit.code())));
        let is_used_up = alert.kind == ForecastKind::DaysLeft && figures.balance <= Some(Money::ZERO);
        let values = context! {
            customer => notice.customer.map(values_of_customer),
            kind => alert.kind.as_str(),
            system_id => alert.account.as_ref().map(ToString::to_string),
            unit => unit.map(Unit::code),
            balance => figures.balance.and_then(amount),
            is_used_up,
            empties => figures.at.map(|at| about(at, zone, "%A %-d %B %Y about %H:%M")),
            empties_soon => figures.at.map(|at| about(at, zone, "%A about %H:%M")),
            at => figures.at.map(|at| local(at, zone)),
            recent => figures.recent,
            usual => figures.usual,
            days_left => settings.days_left.map(DaysAhead::get),
            surge => settings.surge.map(SurgeFactor::get),
            silent_hours => settings.silent.map(SilentHours::get),
            timezone => zone.to_string(),
            checked_at => notice.at.for_reading(),
            recipients => notice.customer_recipients.iter().map(ToString::to_string).collect::<Vec<_>>(),
        };
        self.render_kind(notice.template, &values)
    }
}

/// A time to the nearest hour, because a forecast is no more exact.
fn about(at: Time, zone: &Zone, format: &str) -> String {
    let local = at.timestamp().to_zoned_datetime(zone.time_zone());
    let to_hour = ZonedDateTimeRound::new().smallest(TimeUnit::Hour).mode(RoundMode::HalfExpand);
    local.round(to_hour).unwrap_or(local).strftime(format).to_string()
}

fn local(at: Time, zone: &Zone) -> String {
    at.timestamp().to_zoned_datetime(zone.time_zone()).strftime("%A %-d %B %Y %H:%M").to_string()
}

/// The kind of forecast that a template is about, for a preview.
pub(super) fn kind_of(template: EmailTemplate) -> Option<ForecastKind> {
    match template {
        EmailTemplate::DaysLeft | EmailTemplate::Forecast | EmailTemplate::ForecastEnded => {
            Some(ForecastKind::DaysLeft)
        }
        EmailTemplate::Surge => Some(ForecastKind::Surge),
        EmailTemplate::Silent => Some(ForecastKind::Silent),
        _ => None,
    }
}
