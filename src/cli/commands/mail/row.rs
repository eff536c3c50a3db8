//! How emails and send attempts are printed: their columns.

use ssgctl::model::{OutboxEmail, RenderedEmail, SendAttempt, StoredAttachment};

use crate::output::{Cell, Column, Row};

impl Row for OutboxEmail {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |e: &Self| Cell::number(e.id)).id(),
        Column::new("template", |e: &Self| Cell::text(e.content.template.as_str())).minor(),
        Column::new("customer", |e| Cell::maybe(e.customer.as_ref())),
        Column::new("recipient", |e: &Self| Cell::email(&e.recipient)).essential(),
        Column::new("state", |e: &Self| Cell::text(e.state.as_str())).state().essential(),
        Column::new("attempts", |e: &Self| Cell::number(e.attempts)).minor(),
        Column::new("next_attempt_at", |e: &Self| Cell::maybe_time(e.next_attempt_at)).minor(),
        Column::new("last_error", |e: &Self| Cell::maybe(e.last_error.as_ref())).text(),
        Column::detail("subject", |e: &Self| Cell::text(&e.content.subject)).text(),
        Column::detail("sender", |e: &Self| {
            Cell::shown(format_args!("{} <{}>", e.content.sender.name, e.content.sender.address))
        })
        .text(),
        Column::detail("reply_to", |e| Cell::maybe(e.content.sender.reply_to.as_ref())),
        Column::detail("contains_password", |e| Cell::Flag(e.content.password_of.is_some())),
        Column::detail("message_id", |e| Cell::text(&e.message_id)),
        Column::detail("crossing", |e: &Self| Cell::maybe_number(e.crossing_id)).id(),
        Column::detail("created_at", |e| Cell::Time(e.created_at)),
        Column::detail("updated_at", |e| Cell::Time(e.updated_at)),
    ];
}

/// A preview: an email that is not in the outbox.
impl Row for RenderedEmail {
    const NAME: &str = "template";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("template", |e| Cell::text(e.template.as_str())),
        Column::new("sender", |e: &Self| Cell::shown(format_args!("{} <{}>", e.sender.name, e.sender.address))).text(),
        Column::new("reply_to", |e| Cell::maybe(e.sender.reply_to.as_ref())),
        Column::new("subject", |e: &Self| Cell::text(&e.subject)).text(),
        Column::detail("text", |e: &Self| Cell::Lines(e.text.lines().map(Into::into).collect())).prose(),
        Column::detail("html", |e| Cell::text(&e.html)),
    ];
}

impl Row for SendAttempt {
    const NAME: &str = "number";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("number", |a: &Self| Cell::number(a.number)).id(),
        Column::new("at", |a| Cell::Time(a.at)),
        Column::new("outcome", |a: &Self| Cell::text(&a.outcome)).state().essential(),
        Column::new("detail", |a: &Self| Cell::maybe(a.detail.as_ref())).text(),
    ];
}

impl Row for StoredAttachment {
    const NAME: &str = "attachment";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("attachment", |a: &Self| Cell::number(a.position)).id(),
        Column::new("file_name", |a: &Self| Cell::text(&a.file_name)).essential(),
        Column::new("media_type", |a| Cell::text(&a.media_type)),
        Column::new("bytes", |a| Cell::number(a.size)),
        Column::detail("sha256", |a| Cell::shown(a.sha256)),
    ];
}
