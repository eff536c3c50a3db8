//! Colours of states: whether a state is good, needs attention or is bad.

use anstyle::{AnsiColor, Style};

/// The style of a state, by the word that every format has for it. A state that is neither good nor bad has none.
pub(super) fn style_of(state: &str) -> Style {
    let colour = match state {
        "ok" | "active" | "current" | "delivered" | "sent" | "finished" | "paid" | "in force" | "accepted" => {
            AnsiColor::Green
        }
        "upper" | "early warning" | "pending" | "sending" | "deferred" | "unfinished" | "unknown" | "planned"
        | "future" | "hold" | "partly_paid" | "queued" => AnsiColor::Yellow,
        "lower" | "urgent" | "overdrawn" | "failed" | "uncertain" | "undeliverable" | "expired" | "rejected"
        | "overdue" | "refused" | "disabled" | "may not bind" | "may not submit" => AnsiColor::Red,
        "archived" | "closed" | "cancelled" | "credited" | "written_off" | "superseded" | "withdrawn" | "past"
        | "reversed" | "accrued" => {
            return Style::new().dimmed();
        }
        _ => return Style::new(),
    };
    Style::new().fg_color(Some(colour.into()))
}
