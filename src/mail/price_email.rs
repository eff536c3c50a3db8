//! The email `prices`, which notifies a customer of planned changes of prices.

use jiff::tz::AmbiguousOffset;
use minijinja::context;
use minijinja::value::Value;

use crate::error::Result;
use crate::mail::TemplateRenderer;
use crate::mail::renderer::unit_word;
use crate::mail::values::values_of_customer;
use crate::model::{EmailTemplate, Money, RenderedEmail, SystemId, Time, Unit, Zone};
use crate::report::{NoticedChange, PriceNotice};

impl TemplateRenderer {
    /// Renders the email about changes of prices, with their times in a time zone.
    pub fn compose_prices(&self, notice: &PriceNotice, zone: &Zone) -> Result<RenderedEmail> {
        let unit = notice.plan.unit;
        let periods: Vec<Value> = notice
            .changes
            .chunk_by(|one, next| one.effective == next.effective)
            .filter_map(|changes| Some(values_of_period(changes, changes.first()?.effective, unit, zone)))
            .collect();
        let values = context! {
            customer => values_of_customer(&notice.customer),
            plan => context! { code => notice.plan.code.as_str(), name => notice.plan.details.name.as_str() },
            unit => unit.code(),
            periods,
        };
        self.render_kind(EmailTemplate::Prices, &values)
    }
}

/// The changes that count from one time on.
fn values_of_period(changes: &[NoticedChange], begins: Time, unit: Unit, zone: &Zone) -> Value {
    let values = |is_used: bool| -> Vec<Value> {
        changes.iter().filter(|change| change.is_used == is_used).map(|change| values_of_change(change, unit)).collect()
    };
    let local = begins.timestamp().to_zoned_datetime(zone.time_zone());
    // Only its offset distinguishes an hour that comes twice.
    let is_ambiguous =
        matches!(zone.time_zone().to_ambiguous_timestamp(local.datetime()).offset(), AmbiguousOffset::Fold { .. });
    let offset = if is_ambiguous { local.strftime(", UTC%:z").to_string() } else { String::new() };
    context! {
        day => local.strftime("%-d %B %Y").to_string(),
        begins => format!("{} ({zone}{offset})", local.strftime("%-d %B %Y at %H:%M")),
        used => values(true),
        others => values(false),
    }
}

fn values_of_change(change: &NoticedChange, unit: Unit) -> Value {
    let price = |price: Option<Money>| match price {
        Some(price) => format!("{} {}", unit.format(price), unit_word(unit.code())),
        None => "not available".to_owned(),
    };
    context! {
        destination => change.destination.in_words(),
        code => change.destination.to_string(),
        old => price(change.before),
        new => price(change.after),
        accounts => change.accounts.iter().map(SystemId::to_string).collect::<Vec<_>>(),
    }
}
