//! The columns of price plans and of who uses them.

use ssgctl::model::Status;
use ssgctl::report::{PlanSummary, PlanUse};

use crate::output::{Cell, Column, Row};

impl Row for PlanSummary {
    const NAME: &str = "code";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("code", |s| Cell::text(&s.plan.code)),
        Column::new("name", |s: &Self| Cell::text(&s.plan.details.name)).text(),
        Column::new("unit", |s| Cell::text(s.plan.unit.code())),
        Column::detail("basis", |s| Cell::text(s.plan.basis.as_str())),
        Column::new("default_price", |s| Cell::maybe_amount(s.plan.unit, s.default_price)),
        Column::new("prices", |s| Cell::number(s.prices)),
        Column::new("next_change", |s| Cell::maybe_time(s.next_change)),
        Column::detail("status", |s: &Self| {
            Cell::text(if s.plan.archived_at.is_some() { Status::Archived } else { Status::Active }.as_str())
        })
        .state(),
        Column::detail("created_at", |s| Cell::Time(s.plan.created_at)),
        Column::detail("updated_at", |s| Cell::Time(s.plan.updated_at)),
        Column::detail("archived_at", |s| Cell::maybe_time(s.plan.archived_at)),
    ];
}

impl Row for PlanUse {
    const NAME: &str = "name";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("kind", |u| Cell::text(u.user.kind())),
        Column::new("name", |u: &Self| Cell::text(u.user.name())).text(),
        Column::new("from", |u| Cell::maybe_time(u.from)),
        Column::new("until", |u| Cell::maybe_time(u.until)),
    ];
}
