//! Notes.

use rusqlite::{Row, params};

use crate::error::{Error, Result};
use crate::model::{Customer, Note, NoteText};
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
    /// Hands every note that the filter keeps to `each`, in order.
    pub fn notes<E: From<Error>>(&self, filter: &NoteFilter, each: impl FnMut(Note) -> Result<(), E>) -> Result<(), E> {
        let mut query = Query::default();
        query.lives("customer.archived_at", filter.lives);
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
    /// Adds a note to a customer, by the one who writes.
    pub fn insert_note(&mut self, customer: &Customer, text: NoteText) -> Result<Note> {
        let (author, at) = (self.origin().actor.clone(), self.at());
        self.transaction
            .prepare_cached("INSERT INTO note (customer_id, text, author, at) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![customer.id, text, author, at])?;
        let id = self.transaction.last_insert_rowid();
        Ok(Note { id, customer_id: customer.id, customer: customer.account_code.clone(), text, author, at })
    }
}
