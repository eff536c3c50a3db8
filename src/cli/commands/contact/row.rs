//! The columns of contacts.

use ssgctl::model::Contact;

use crate::output::{Cell, Column, Row};

impl Row for Contact {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |c: &Self| Cell::number(c.id)).id(),
        Column::new("customer", |c| Cell::text(&c.customer)),
        Column::new("name", |c: &Self| Cell::text(&c.details.name)).text().essential(),
        Column::new("email", |c: &Self| Cell::maybe_email(c.details.email.as_ref())).essential(),
        Column::new("mobile", |c| Cell::maybe(c.details.mobile.as_ref())),
        Column::new("roles", |c: &Self| Cell::shown_list(c.details.roles.iter())).minor(),
        Column::detail("created_at", |c| Cell::Time(c.created_at)),
        Column::detail("updated_at", |c| Cell::Time(c.updated_at)),
    ];
}
