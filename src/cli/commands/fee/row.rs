//! How fees are printed: their columns.

use ssgctl::model::Unit;
use ssgctl::model::invoice::Fee;

use crate::output::{Cell, Column, Row};

impl Row for Fee {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |f: &Self| Cell::number(f.id)).id(),
        Column::new("customer", |f| Cell::text(&f.customer)),
        Column::new("description", |f: &Self| Cell::text(&f.details.description)).text(),
        Column::new("amount", |f: &Self| Cell::amount(Unit::Currency(f.details.currency), f.details.amount))
            .essential(),
        Column::new("currency", |f: &Self| Cell::text(f.details.currency.code())).essential(),
        Column::new("monthly", |f: &Self| Cell::Flag(f.details.monthly)).minor(),
        Column::new("first_day", |f| Cell::shown(f.details.first_day)),
        Column::new("last_day", |f| f.details.last_day.map_or(Cell::Empty, Cell::shown)),
        Column::new("billed_until", |f| f.billed_until.map_or(Cell::Empty, Cell::shown)),
        Column::detail("created_at", |f| Cell::Time(f.created_at)),
        Column::detail("updated_at", |f| Cell::Time(f.updated_at)),
    ];
}
