//! Why a command cannot be undone, and what to do instead.

use crate::error::{Error, quoted};
use crate::model::{Event, Time};
use crate::store::Tx;

/// Why nothing was undone.
#[derive(Debug)]
pub enum UndoError {
    /// It is not undone this way. `instead` is what to type, if there is something.
    Refused {
        message: String,
        instead: Option<String>,
    },
    /// A field was changed since.
    ChangedSince {
        message: String,
        instead: Option<String>,
    },
    Error(Error),
}

impl From<Error> for UndoError {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl UndoError {
    pub(super) fn refused(event: &Event, why: &str, instead: impl Into<Option<String>>) -> Self {
        Self::Refused { message: format!("event {} {why}", event.id), instead: instead.into() }
    }

    pub(super) fn nothing(tx: &Tx<'_>, what: &str) -> Self {
        let actor = &tx.origin().actor;
        let message = format!("there is nothing to {what} by {}", quoted(actor));
        Self::Refused {
            message,
            instead: Some("name an event; `ssgctl audit list --desc` shows their numbers".to_owned()),
        }
    }

    pub(super) fn no_change(event: &Event) -> Self {
        Self::refused(event, "changed nothing that can be taken back", None)
    }

    pub(super) fn not_undone(event: &Event) -> Self {
        Self::refused(event, "was not undone", format!("`ssgctl undo {}` takes it back", event.id))
    }

    pub(super) fn undone_before(event: &Event, by: &Event) -> Self {
        let why = format!("was undone by {} at {}", by.origin.actor.as_str(), minute(by.at));
        Self::refused(event, &why, format!("`ssgctl redo {}` brings it back", event.id))
    }

    /// A field has another value than the event gave it. `later` is the last event that changed it.
    pub(super) fn changed_since(event: &Event, field: &str, later: Option<&Event>) -> Self {
        let subject = &event.change.subject;
        let (by, instead) = match later {
            Some(later) => (
                format!(" by {} at {}, event {}", later.origin.actor.as_str(), minute(later.at), later.id),
                Some(format!("undo event {} first, or set the field yourself", later.id)),
            ),
            None => (String::new(), None),
        };
        let message = format!("{} of {} was changed since event {}{by}", quoted(field), quoted(subject), event.id);
        Self::ChangedSince { message, instead }
    }
}

fn minute(time: Time) -> String {
    time.timestamp().strftime("%Y-%m-%d %H:%M UTC").to_string()
}
