//! A price of a plan and the one before it, as a row of lists and exports.

use ssgctl::import::price_list::BEGINNING;
use ssgctl::model::{MobileCountry, PriceDestination, PriceStep, Unit};

use crate::output::{Cell, Column, Row};

/// The columns of an export, which an import reads.
pub(super) const EXPORTED: &[&str] =
    &["country", "mccmnc", "prefix", "price", "currency", "effective", "previous_price", "change"];

/// A price of a plan.
pub(super) struct PriceStepRow {
    pub(super) unit: Unit,
    pub(super) step: PriceStep,
}

impl Row for PriceStepRow {
    const NAME: &str = "destination";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("destination", |p| Cell::shown(&p.step.destination)),
        Column::detail("country", |p| country(&p.step.destination)),
        Column::detail("mccmnc", |p| match &p.step.destination {
            PriceDestination::Network(network) => Cell::shown(network),
            _ => Cell::Empty,
        }),
        Column::detail("prefix", |p| match &p.step.destination {
            PriceDestination::Prefix(prefix) => Cell::shown(prefix.digits()),
            _ => Cell::Empty,
        }),
        Column::new("change", |p| Cell::text(p.step.kind().as_str())),
        Column::new("previous_price", |p| Cell::maybe_amount(p.unit, p.step.before)),
        Column::new("price", |p| Cell::maybe_amount(p.unit, p.step.price)),
        Column::detail("currency", |p| Cell::text(p.unit.code())),
        Column::new("effective", |p| p.step.effective.map_or(Cell::text(BEGINNING), Cell::Time)),
    ];
}

/// The country of a price, where an import takes it for one: a prefix must stay a prefix when it is read again.
fn country(destination: &PriceDestination) -> Cell<'_> {
    match destination {
        PriceDestination::Default => Cell::text("default"),
        PriceDestination::Country(country) => Cell::text(country),
        PriceDestination::Prefix(_) => Cell::Empty,
        PriceDestination::Network(network) => Cell::maybe(MobileCountry::only_country_of(*network)),
    }
}
