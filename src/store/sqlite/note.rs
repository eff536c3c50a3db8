//! Notes.

use rusqlite::{Row, params};

use crate::error::{Error, Result};
use crate::model::{Actor, Customer, Note, NoteText, Time};
use crate::store::sqlite::filter::Query;
use crate::store::{NoteFilter, NoteSort, Snapshot, Tx};

const SELECT: &str = "SELECT note.id, note.customer_id, note.text, note.author, note.at, customer.account_code
    FROM note JOIN customer ON customer.id = note.customer_id";

fn read(row: &Row<'_>) -> rusqlite::Result<Note> {
    Ok(Note {
        id: row.get(0)?,
        customer_id: row.get(1)?,
        text: row.get(2)?,
        author: row.get(3)?,
        at: row.get(4)?,
        customer: row.get(5)?,
    })
}

impl Snapshot<'_> {
    /// The notes of a customer with exactly this text.
    pub fn notes_with_text(&self, customer: &Customer, text: &NoteText) -> Result<Vec<Note>> {
        let sql = format!("{SELECT} WHERE note.customer_id = ?1 AND note.text = ?2 ORDER BY note.id");
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let notes = statement.query_map(params![customer.id, text], read)?;
        Ok(notes.collect::<rusqlite::Result<_>>()?)
    }

    /// Passes every note that matches the filter to `each`, in order.
    pub fn notes<E: From<Error>>(&self, filter: &NoteFilter, each: impl FnMut(Note) -> Result<(), E>) -> Result<(), E> {
        let mut query = Query::default();
        query.archive_filter("customer.archived_at", filter.archive_filter);
        query.when_some("note.customer_id = ?", filter.customer_id);
        query.search("note.text LIKE ?", filter.search.as_deref());
        let columns: &[&str] = match filter.page.sort {
            NoteSort::Id => &["note.id"],
            NoteSort::Customer => &["customer.account_code", "note.id"],
        };
        query.order(columns, filter.page.descending);
        query.limit(filter.page.limit);
        query.run(&self.transaction, SELECT, read, each)
    }
}

impl Tx<'_> {
    /// Adds a note to a customer.
    pub fn insert_note(&mut self, customer: &Customer, text: NoteText, author: Actor, at: Time) -> Result<Note> {
        self.transaction
            .prepare_cached("INSERT INTO note (customer_id, text, author, at) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![customer.id, text, author, at])?;
        let id = self.transaction.last_insert_rowid();
        Ok(Note { id, customer_id: customer.id, customer: customer.account_code.clone(), text, author, at })
    }
}
