//! Issued invoices: the next number of a series, and what is kept of an issued invoice for ever.

use rusqlite::{OptionalExtension, params};

use crate::error::{Error, Result};
use crate::model::Hash;
use crate::store::sqlite::values::{Day, to_json};
use crate::store::{Issue, Snapshot, Tx};
use sha2::{Digest, Sha256};

/// The documents of an issued invoice as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedDocuments {
    /// The issued copy as JSON.
    pub copy: String,
    /// How the tax was decided, as JSON.
    pub tax_decision: String,
    pub pdf: Option<Vec<u8>>,
}

/// The SHA-256 of a document.
pub fn hash_of_document(bytes: impl AsRef<[u8]>) -> Hash {
    Hash(Sha256::digest(bytes).into())
}

impl Snapshot<'_> {
    /// The last counter of a series, if it has a number.
    pub fn last_counter(&self, series: &str) -> Result<Option<i64>> {
        let last = "SELECT max(counter) FROM issued_invoice WHERE series = ?1";
        Ok(self.transaction.prepare_cached(last)?.query_row([series], |row| row.get(0))?)
    }

    /// The time zone of the first invoice, in which all others are dated too; `None` if none was issued.
    pub fn timezone_of_invoices(&self) -> Result<Option<String>> {
        let first = "SELECT timezone FROM issued_invoice JOIN receivable USING (invoice_id)
            WHERE kind IN ('invoice', 'credit_note') ORDER BY receivable.id LIMIT 1";
        Ok(self.transaction.prepare_cached(first)?.query_row([], |row| row.get(0)).optional()?)
    }

    /// The documents of an issued invoice.
    ///
    /// # Errors
    /// [`Error::Damaged`] when it was issued and has none.
    pub fn issued_documents(&self, invoice_id: i64) -> Result<IssuedDocuments> {
        let documents = "SELECT copy, tax_decision, pdf FROM issued_invoice WHERE invoice_id = ?1";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(IssuedDocuments { copy: row.get(0)?, tax_decision: row.get(1)?, pdf: row.get(2)? })
        };
        let found = self.transaction.prepare_cached(documents)?.query_row([invoice_id], read).optional()?;
        found.ok_or_else(|| Error::Damaged(format!("invoice {invoice_id} has no issued copy")))
    }
}

impl Tx<'_> {
    /// Keeps what an invoice became. After that it never changes.
    pub fn insert_issued(&mut self, invoice_id: i64, issue: &Issue) -> Result<()> {
        let at = self.at();
        self.transaction
            .prepare_cached(
                "INSERT INTO issued_invoice (invoice_id, series, counter, number, issued_at, timezone, issued_on, due_on, net_e8,
                    tax_e8, gross_e8, tax_decision, copy, pdf, entry_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                invoice_id,
                issue.series,
                issue.counter,
                issue.number,
                at,
                issue.timezone,
                Day(issue.issued_on),
                Day(issue.due_on),
                issue.net,
                issue.tax,
                issue.gross,
                to_json(&issue.decision)?,
                issue.copy,
                issue.pdf,
                issue.entry
            ])?;
        Ok(())
    }
}
