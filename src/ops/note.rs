//! Notes: adding remarks about a customer.

use crate::error::Result;
use crate::model::{Actor, Change, EntityKind, Note, NoteText, Time};
use crate::ops::active;
use crate::store::Tx;

/// Adds a note to a customer, by the one who writes.
pub fn add(tx: &mut Tx<'_>, customer: &str, text: NoteText) -> Result<Note> {
    take(tx, customer, text, None, None)
}

/// Adds a note that was written elsewhere before, perhaps by somebody else.
pub fn take(tx: &mut Tx<'_>, customer: &str, text: NoteText, at: Option<Time>, author: Option<Actor>) -> Result<Note> {
    let customer = active::customer(tx, customer)?;
    let (at, author) = (at.unwrap_or(tx.at()), author.unwrap_or_else(|| tx.origin().actor.clone()));
    let note = tx.insert_note(&customer, text, author, at)?;
    tx.record(&change(&note))?;
    Ok(note)
}

/// What the audit log is told of a new note.
pub(crate) fn change(note: &Note) -> Change {
    let subject = format!("{} {}", note.customer, note.id);
    Change::new(EntityKind::Note, "add", subject, Some(note.customer_id)).field("text", (), note.text.as_str())
}
