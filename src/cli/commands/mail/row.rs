//! How emails and send attempts are printed: their columns.

use ssgctl::model::{OutboxEmail, RenderedEmail, SendAttempt};

use crate::output::{Cell, Column, Row};

impl Row for OutboxEmail {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |e| Cell::number(e.id)),
        Column::new("template", |e| Cell::text(e.content.template.as_str())),
        Column::new("customer", |e| Cell::maybe(e.customer.as_ref())),
        Column::new("recipient", |e| Cell::email(&e.recipient)),
        Column::new("state", |e| Cell::text(e.state.as_str())),
        Column::new("attempts", |e| Cell::number(e.attempts)),
        Column::new("next_attempt_at", |e| Cell::maybe_time(e.next_attempt_at)),
        Column::new("last_error", |e| Cell::maybe(e.last_error.as_ref())),
        Column::detail("subject", |e| Cell::text(&e.content.subject)),
        Column::detail("sender", |e| {
            Cell::shown(format_args!("{} <{}>", e.content.sender.name, e.content.sender.address))
        }),
        Column::detail("reply_to", |e| Cell::maybe(e.content.sender.reply_to.as_ref())),
        Column::detail("contains_password", |e| Cell::Flag(e.content.password_of.is_some())),
        Column::detail("message_id", |e| Cell::text(&e.message_id)),
        Column::detail("crossing", |e| Cell::maybe_number(e.crossing_id)),
        Column::detail("created_at", |e| Cell::Time(e.created_at)),
        Column::detail("updated_at", |e| Cell::Time(e.updated_at)),
    ];
}

/// A preview: an email that is not in the outbox.
impl Row for RenderedEmail {
    const NAME: &str = "template";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("template", |e| Cell::text(e.template.as_str())),
        Column::new("sender", |e| Cell::shown(format_args!("{} <{}>", e.sender.name, e.sender.address))),
        Column::new("reply_to", |e| Cell::maybe(e.sender.reply_to.as_ref())),
        Column::new("subject", |e| Cell::text(&e.subject)),
        Column::detail("text", |e| Cell::Lines(e.text.lines().map(Into::into).collect())),
        Column::detail("html", |e| Cell::text(&e.html)),
    ];
}

impl Row for SendAttempt {
    const NAME: &str = "number";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("number", |a| Cell::number(a.number)),
        Column::new("at", |a| Cell::Time(a.at)),
        Column::new("outcome", |a| Cell::text(&a.outcome)),
        Column::new("detail", |a| Cell::maybe(a.detail.as_ref())),
    ];
}
