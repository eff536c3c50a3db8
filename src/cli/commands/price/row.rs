//! The columns of prices.

use ssgctl::model::{PlanRole, PriceDestination};
use ssgctl::ops::price::PriceChange;
use ssgctl::report::{AskedPlan, PriceLine};

use crate::output::{Cell, Column, Row};

impl Row for PriceLine {
    const NAME: &str = "destination";
    const COLUMNS: &[Column<Self>] = &[
        Column::detail("plan", |l| Cell::text(&l.plan)),
        Column::new("destination", |l| Cell::shown(&l.row.destination)),
        Column::new("country_name", |l: &Self| country_name(&l.row.destination)).text().minor(),
        Column::new("price", |l: &Self| Cell::maybe_amount(l.unit, l.row.price)).essential(),
        Column::detail("unit", |l| Cell::text(l.unit.code())),
        // A destination has several prices, which only their times tell apart.
        Column::new("effective_from", |l: &Self| Cell::maybe_time(l.row.effective_from)).essential(),
        Column::new("effective_until", |l| Cell::maybe_time(l.effective_until)),
        Column::new("state", |l: &Self| Cell::text(l.state.as_str())).state(),
        Column::detail("id", |l: &Self| Cell::number(l.row.id)).id(),
        Column::detail("supersedes", |l: &Self| Cell::maybe_number(l.supersedes)).id(),
        Column::detail("recorded_at", |l| Cell::Time(l.row.recorded_at)),
    ];
}

pub(super) fn country_name(destination: &PriceDestination) -> Cell<'_> {
    match destination {
        PriceDestination::Country(country) => Cell::shown(country.name()),
        _ => Cell::Empty,
    }
}

/// The receipt of `price set` and `price withdraw`.
impl Row for PriceChange {
    const NAME: &str = "destination";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("plan", |c| Cell::text(&c.plan.code)),
        Column::new("destination", |c| Cell::shown(&c.row.destination)),
        Column::new("previous_price", |c| Cell::maybe_amount(c.plan.unit, c.previous_price)),
        Column::new("price", |c: &Self| Cell::maybe_amount(c.plan.unit, c.row.price)).essential(),
        Column::new("unit", |c: &Self| Cell::text(c.plan.unit.code())).essential(),
        Column::new("effective_from", |c: &Self| Cell::maybe_time(c.row.effective_from)).essential(),
        Column::new("effective_until", |c| Cell::maybe_time(c.effective_until)),
        Column::detail("id", |c: &Self| Cell::number(c.row.id)).id(),
        Column::detail("recorded_at", |c| Cell::Time(c.row.recorded_at)),
    ];
}

impl Row for AskedPlan {
    const NAME: &str = "asked_plan";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("asked_plan", |a| Cell::text(&a.plan.code)),
        Column::new("asked_role", |a| Cell::maybe(a.role.map(PlanRole::as_str))),
        Column::new("asked_unit", |a| Cell::text(a.plan.unit.code())),
        Column::new("asked_destination", |a| {
            a.found.as_ref().map_or(Cell::Empty, |found| Cell::shown(&found.row.destination))
        }),
        Column::new("asked_price", |a| {
            a.found.as_ref().map_or(Cell::Empty, |found| Cell::maybe_amount(found.unit, found.row.price))
        }),
    ];
}
