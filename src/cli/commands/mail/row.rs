//! Emails and attempts as rows.

use ssgctl::model::{OutboxEmail, RenderedEmail, SendAttempt};

use crate::output::{Cell, Column, Row};

impl Row for OutboxEmail {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |l| Cell::number(l.id)),
        Column::new("template", |l| Cell::text(l.content.template.as_str())),
        Column::new("customer", |l| Cell::maybe(l.customer.as_ref())),
        Column::new("recipient", |l| Cell::text(&l.recipient)),
        Column::new("state", |l| Cell::text(l.state.as_str())),
        Column::new("attempts", |l| Cell::number(l.attempts)),
        Column::new("next_attempt_at", |l| Cell::maybe_time(l.next_attempt_at)),
        Column::new("last_error", |l| Cell::maybe(l.last_error.as_ref())),
        Column::detail("subject", |l| Cell::text(&l.content.subject)),
        Column::detail("sender", |l| {
            Cell::shown(format_args!("{} <{}>", l.content.sender.name, l.content.sender.address))
        }),
        Column::detail("reply_to", |l| Cell::maybe(l.content.sender.reply_to.as_ref())),
        Column::detail("contains_password", |l| Cell::Flag(l.content.password_of.is_some())),
        Column::detail("message_id", |l| Cell::text(&l.message_id)),
        Column::detail("crossing", |l| Cell::maybe_number(l.crossing_id)),
        Column::detail("created_at", |l| Cell::Time(l.created_at)),
        Column::detail("updated_at", |l| Cell::Time(l.updated_at)),
    ];
}

/// An email that is not in the outbox.
impl Row for RenderedEmail {
    const NAME: &str = "template";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("template", |l| Cell::text(l.template.as_str())),
        Column::new("sender", |l| Cell::shown(format_args!("{} <{}>", l.sender.name, l.sender.address))),
        Column::new("reply_to", |l| Cell::maybe(l.sender.reply_to.as_ref())),
        Column::new("subject", |l| Cell::text(&l.subject)),
        Column::detail("text", |l| Cell::Lines(l.text.lines().map(Into::into).collect())),
        Column::detail("html", |l| Cell::text(&l.html)),
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
