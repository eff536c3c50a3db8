//! The hash over all rows of an invoice, and of a fee. The audit log, which is chained, has it with each change of them, so that
//! `db check` finds rows that were changed in another way.
//!
//! It is the SHA-256 of the rows as lines of JSON, an array of the columns below. The PDF and the issued copy are left out, because
//! the chain of receivables covers them.

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::model::Hash;
use crate::store::Snapshot;

const INVOICE: [&str; 6] = [
    "SELECT json_array('invoice', id, customer_id, kind, currency, unit, amount_e8, credits, credit_reason, buyer_reference,
        tax_category, first_day, last_day, held, cancelled_at, created_at, updated_at) FROM invoice WHERE id = ?1",
    "SELECT json_array('invoice_line', position, description, first_day, last_day, quantity_e8, quantity_unit, unit_price_e8, net_e8,
        credited_line) FROM invoice_line WHERE invoice_id = ?1 ORDER BY position",
    "SELECT json_array('usage_bill', usage_e8, prepaid_e8, carried_before_e8, carried_after_e8) FROM usage_bill
     WHERE invoice_id = ?1",
    "SELECT json_array('billed_usage', account_id, month, country, charged_by, parts, charge_e8) FROM billed_usage
     WHERE invoice_id = ?1 ORDER BY account_id, month, country, charged_by",
    "SELECT json_array('billed_fee', fee_id, first_day, last_day, net_e8) FROM billed_fee
     WHERE invoice_id = ?1 ORDER BY fee_id, first_day",
    "SELECT json_array('issued_invoice', series, counter, number, issued_at, timezone, issued_on, due_on, net_e8, tax_e8, gross_e8,
        tax_decision, entry_id) FROM issued_invoice WHERE invoice_id = ?1",
];

const FEE: [&str; 1] =
    ["SELECT json_array('fee', id, customer_id, currency, description, amount_e8, monthly, first_day, last_day, created_at,
        updated_at) FROM fee WHERE id = ?1"];

impl Snapshot<'_> {
    /// The hash over the rows of an invoice as they are now.
    pub fn hash_of_invoice(&self, id: i64) -> Result<Hash> {
        hash_of_rows(&self.transaction, &INVOICE, id)
    }

    /// The hash over the row of a fee as it is now.
    pub fn hash_of_fee(&self, id: i64) -> Result<Hash> {
        hash_of_rows(&self.transaction, &FEE, id)
    }
}

fn hash_of_rows(connection: &Connection, queries: &[&str], id: i64) -> Result<Hash> {
    let mut hash = Sha256::new();
    for sql in queries {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([id])?;
        while let Some(row) = rows.next()? {
            hash.update(row.get_ref(0)?.as_bytes().unwrap_or_default());
            hash.update("\n");
        }
    }
    Ok(Hash(hash.finalize().into()))
}
