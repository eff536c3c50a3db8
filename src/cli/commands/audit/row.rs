//! How an event of the audit log is printed: its columns.

use ssgctl::model::Event;

use crate::output::{Cell, Column, Row};

impl Row for Event {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |e: &Self| Cell::number(e.id)).id(),
        Column::new("at", |e| Cell::Time(e.at)),
        Column::new("actor", |e: &Self| Cell::text(&e.origin.actor)).essential(),
        Column::detail("uid", |e: &Self| Cell::number(e.origin.uid)).id(),
        Column::detail("sudo_user", |e| Cell::maybe(e.origin.sudo_user.as_ref())),
        Column::new("entity", |e: &Self| Cell::text(e.change.entity.as_str())).minor(),
        Column::new("action", |e: &Self| Cell::text(&e.change.action)).essential(),
        Column::new("subject", |e| Cell::text(&e.change.subject)),
        Column::detail("customer", |e| Cell::maybe(e.customer.as_ref())),
        Column::new("changes", |e: &Self| Cell::Changes(&e.change.fields)).text().essential(),
        Column::new("reason", |e: &Self| Cell::maybe(e.origin.reason.as_ref())).text(),
        Column::detail("command", |e| Cell::text(&e.origin.command)),
        Column::detail("version", |e| Cell::text(&e.origin.version)),
    ];
}
