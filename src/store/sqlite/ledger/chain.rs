//! The hash chain of the ledger: each entry's hash covers all of the entry and the hash of the one before it.
//!
//! The hash is the SHA-256 of one line of JSON, an object with the entry's columns in the order of [`EntryLink`], times and
//! hashes as text. Any language can recompute it from a dump of the table. The first entry follows a hash of zeros.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::model::{Entry, Hash, TextLine};
use crate::store::sqlite::values::to_json;

/// The hash that the first entry follows.
pub const GENESIS: Hash = Hash([0; 32]);

/// The content that a hash covers.
#[derive(Debug, Serialize)]
pub struct EntryLink<'a> {
    pub previous: String,
    pub id: i64,
    pub customer_id: i64,
    pub unit: &'a str,
    pub kind: &'a str,
    pub amount_e8: i64,
    pub balance_after_e8: i64,
    pub description: &'a str,
    pub reference: Option<&'a str>,
    pub key: Option<&'a str>,
    pub reverses: Option<i64>,
    /// Left out if there is none: entries posted before transfers existed keep their hashes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterpart: Option<i64>,
    pub actor: &'a str,
    pub uid: u32,
    /// Left out if there is none, for the same reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sudo_user: Option<&'a str>,
    pub reason: Option<&'a str>,
    pub command: &'a str,
    pub version: &'a str,
    pub at: String,
}

impl EntryLink<'_> {
    /// The hash of the entry.
    pub fn hash(&self) -> Result<Hash> {
        Ok(Hash(Sha256::digest(to_json(self)?).into()))
    }
}

/// The hash of an entry that follows an entry with the hash `previous`.
pub(in crate::store::sqlite) fn hash(previous: Hash, entry: &Entry) -> Result<Hash> {
    let Entry { id, customer_id, customer: _, posting, counterpart, balance_after, origin, at, hash: _ } = entry;
    let link = EntryLink {
        previous: previous.to_string(),
        id: *id,
        customer_id: *customer_id,
        unit: posting.unit.code(),
        kind: posting.kind.as_str(),
        amount_e8: posting.amount.e8(),
        balance_after_e8: balance_after.e8(),
        description: posting.description.as_str(),
        reference: posting.reference.as_ref().map(TextLine::as_str),
        key: posting.key.as_ref().map(TextLine::as_str),
        reverses: posting.reverses,
        counterpart: *counterpart,
        actor: origin.actor.as_str(),
        uid: origin.uid,
        sudo_user: origin.sudo_user.as_ref().map(TextLine::as_str),
        reason: origin.reason.as_ref().map(TextLine::as_str),
        command: &origin.command,
        version: &origin.version,
        at: at.to_string(),
    };
    link.hash()
}
