//! How an event of the audit log is printed: its columns.

use ssgctl::model::Event;

use crate::output::{Cell, Column, Row};

impl Row for Event {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |e| Cell::number(e.id)),
        Column::new("at", |e| Cell::Time(e.at)),
        Column::new("actor", |e| Cell::text(&e.origin.actor)),
        Column::detail("uid", |e| Cell::number(e.origin.uid)),
        Column::detail("sudo_user", |e| Cell::maybe(e.origin.sudo_user.as_ref())),
        Column::new("entity", |e| Cell::text(e.change.entity.as_str())),
        Column::new("action", |e| Cell::text(&e.change.action)),
        Column::new("subject", |e| Cell::text(&e.change.subject)),
        Column::detail("customer", |e| Cell::maybe(e.customer.as_ref())),
        Column::new("changes", |e| Cell::Changes(&e.change.fields)),
        Column::new("reason", |e| Cell::maybe(e.origin.reason.as_ref())),
        Column::detail("command", |e| Cell::text(&e.origin.command)),
        Column::detail("version", |e| Cell::text(&e.origin.version)),
    ];
}
