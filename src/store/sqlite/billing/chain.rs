//! The hash chains of receivables and of allocations, made as that of the ledger: SHA-256 of one line of JSON, an object with the
//! row's columns in the order below that are not NULL, and the hash of the row before. The first row follows a hash of zeros.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::model::invoice::{Allocation, Receivable};
use crate::model::{Hash, TextLine};
use crate::store::sqlite::values::to_json;

/// The columns of an entry that its hash covers.
#[derive(Serialize)]
struct ReceivableLink<'a> {
    previous: String,
    id: i64,
    customer_id: i64,
    currency: &'a str,
    kind: &'a str,
    amount_e8: i64,
    balance_after_e8: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reverses: Option<i64>,
    booked_on: String,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copy_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pdf_sha256: Option<String>,
    actor: &'a str,
    uid: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    sudo_user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    command: &'a str,
    version: &'a str,
    at: String,
}

/// The columns of an allocation that its hash covers.
#[derive(Serialize)]
struct AllocationLink {
    previous: String,
    id: i64,
    credit_id: i64,
    debit_id: i64,
    amount_e8: i64,
    at: String,
}

/// The hash of an entry that follows one with the hash `previous`.
pub(in crate::store::sqlite) fn hash_of_receivable(previous: Hash, entry: &Receivable) -> Result<Hash> {
    let Receivable { booking, origin, .. } = entry;
    let documents = booking.documents;
    hash(&ReceivableLink {
        previous: previous.to_string(),
        id: entry.id,
        customer_id: entry.customer_id,
        currency: booking.currency.code(),
        kind: booking.kind.as_str(),
        amount_e8: booking.amount.e8(),
        balance_after_e8: entry.balance_after.e8(),
        invoice_id: booking.invoice,
        reverses: booking.reverses,
        booked_on: booking.booked_on.to_string(),
        description: booking.description.as_str(),
        reference: booking.reference.as_ref().map(TextLine::as_str),
        key: booking.key.as_ref().map(TextLine::as_str),
        copy_sha256: documents.map(|documents| documents.copy.to_string()),
        pdf_sha256: documents.and_then(|documents| documents.pdf).map(|pdf| pdf.to_string()),
        actor: origin.actor.as_str(),
        uid: origin.uid,
        sudo_user: origin.sudo_user.as_ref().map(TextLine::as_str),
        reason: origin.reason.as_ref().map(TextLine::as_str),
        command: &origin.command,
        version: &origin.version,
        at: entry.at.to_string(),
    })
}

/// The hash of an allocation that follows one with the hash `previous`.
pub(in crate::store::sqlite) fn hash_of_allocation(previous: Hash, allocation: &Allocation) -> Result<Hash> {
    let Allocation { id, credit, debit, amount, at, hash: _ } = *allocation;
    hash(&AllocationLink {
        previous: previous.to_string(),
        id,
        credit_id: credit,
        debit_id: debit,
        amount_e8: amount.e8(),
        at: at.to_string(),
    })
}

fn hash(link: &impl Serialize) -> Result<Hash> {
    Ok(Hash(Sha256::digest(to_json(link)?).into()))
}
