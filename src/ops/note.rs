//! Notes: adds remarks about a customer.

use crate::error::Result;
use crate::model::{Actor, Change, EntityKind, Note, NoteText, Time};
use crate::ops::active;
use crate::store::Tx;

/// Adds a note to a customer, with the current time and actor.
pub fn add(tx: &mut Tx<'_>, customer: &str, text: NoteText) -> Result<Note> {
    import(tx, customer, text, None, None)
}

/// Adds a note with the time and author it had elsewhere; without them, the current ones.
pub fn import(
    tx: &mut Tx<'_>,
    customer: &str,
    text: NoteText,
    at: Option<Time>,
    author: Option<Actor>,
) -> Result<Note> {
    let customer = active::customer(tx, customer)?;
    let (at, author) = (at.unwrap_or(tx.at()), author.unwrap_or_else(|| tx.origin().actor.clone()));
    let note = tx.insert_note(&customer, text, author, at)?;
    tx.record(&change(&note))?;
    Ok(note)
}

/// The audit record of a new note.
pub(crate) fn change(note: &Note) -> Change {
    let subject = format!("{} {}", note.customer, note.id);
    Change::new(EntityKind::Note, "add", subject, Some(note.customer_id)).field("text", (), note.text.as_str())
}
