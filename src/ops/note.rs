//! Notes: adding remarks about a customer.

use crate::error::Result;
use crate::model::{Change, Note, NoteText, Noun};
use crate::ops::customer;
use crate::store::Tx;

/// Adds a note to a customer, by the one who writes.
pub fn add(tx: &mut Tx<'_>, customer: &str, text: NoteText) -> Result<Note> {
    let customer = customer::active(tx, customer)?;
    let note = tx.insert_note(&customer, text)?;
    let subject = format!("{} {}", customer.account_code, note.id);
    tx.record(&Change::new(Noun::Note, "add", subject, Some(customer.id)).field("text", (), note.text.as_str()))?;
    Ok(note)
}
