//! The columns of services.

use ssgctl::model::Service;
use ssgctl::report::ServiceOutlook;

use crate::output::{Cell, Column, Row};

impl Row for Service {
    const NAME: &str = "code";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("code", |s| Cell::text(&s.code)),
        Column::new("name", |s: &Self| Cell::text(&s.details.name)).text(),
        Column::new("unit", |s| Cell::text(s.unit.code())),
        Column::new("plan", |s| Cell::text(&s.plan)),
        Column::new("price", |s| Cell::maybe_amount(s.unit, s.price)),
        Column::new("price_source", |s| Cell::text(s.details.price_source.as_str())),
        Column::detail("api_id", |s| Cell::text(&s.api_id)),
        Column::detail("created_at", |s| Cell::Time(s.created_at)),
        Column::detail("updated_at", |s| Cell::Time(s.updated_at)),
    ];
}

/// With the next planned change, for people who look at all services.
impl Row for ServiceOutlook {
    const NAME: &str = "code";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("code", |s| Cell::text(&s.service.code)),
        Column::new("name", |s: &Self| Cell::text(&s.service.details.name)).text(),
        Column::new("unit", |s| Cell::text(s.service.unit.code())),
        Column::new("plan", |s| Cell::text(&s.service.plan)),
        Column::new("price", |s| Cell::maybe_amount(s.service.unit, s.service.price)),
        Column::new("price_source", |s| Cell::text(s.service.details.price_source.as_str())),
        Column::new("next_change", |s| Cell::maybe_time(s.planned.first().map(|planned| planned.from))),
        Column::detail("planned_changes", |s| {
            Cell::Lines(s.planned.iter().map(|planned| planned.to_string().into()).collect())
        }),
        Column::detail("api_id", |s| Cell::text(&s.service.api_id)),
        Column::detail("created_at", |s| Cell::Time(s.service.created_at)),
        Column::detail("updated_at", |s| Cell::Time(s.service.updated_at)),
    ];
}
