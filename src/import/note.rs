//! Imports files of notes.

use crate::error::{Error, Fault};
use crate::formats::InputRow;
use crate::import::Owners;
use crate::import::{Importer, OnExisting, RowResult, Verdict};
use crate::model::{Actor, Invalid, NoteText, Time};
use crate::ops;
use crate::store::Tx;

/// The columns of a file of notes; exports have the same ones.
pub const FIELDS: &[&str] = &["customer", "at", "author", "text"];

/// Imports files of notes. Notes are only added; a note whose text the customer already has is not added again.
#[derive(Debug, Default)]
pub struct Notes {
    owners: Owners,
}

impl Importer for Notes {
    const FIELDS: &'static [&'static [&'static str]] = &[FIELDS];

    fn is_informational(column: &str) -> bool {
        column == "id"
    }

    fn missing(&self, columns: &[String]) -> Vec<&'static str> {
        let has = |wanted: &&str| columns.iter().any(|column| column == wanted);
        ["customer", "text"].into_iter().filter(|wanted| !has(wanted)).collect()
    }

    fn row(&mut self, tx: &mut Tx<'_>, row: &InputRow, _on_existing: OnExisting) -> Result<RowResult, Fault> {
        let text: NoteText = row.required("text")?;
        let (at, author): (Option<Time>, Option<Actor>) = (row.optional("at")?, row.optional("author")?);
        if let Some(at) = at.filter(|at| *at > tx.at()) {
            return Err(row.fault("at", Error::invalid("at", at, Invalid::rule("must not be in the future"))));
        }
        let at_customer = |error| row.fault("customer", error);
        let customer = self.owners.find(tx, row)?;
        let known = tx.notes_with_text(&customer, &text).map_err(at_customer)?;
        let is_this = |at_known: Time, by: &Actor| {
            at.is_none_or(|at| at == at_known) && author.as_ref().is_none_or(|author| author == by)
        };
        if let Some(note) = known.iter().find(|note| is_this(note.at, &note.author)) {
            return Ok(RowResult::unchanged(note.id));
        }
        let note = ops::note::import(tx, customer.account_code.as_str(), text, at, author).map_err(at_customer)?;
        let changes = ops::note::change(&note).fields;
        Ok(RowResult { verdict: Verdict::New, name: note.id.to_string(), changes })
    }
}
