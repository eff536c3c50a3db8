//! The hash chain of accruals: each one's hash covers the accrual, its charges, and the hash of the one before it.
//!
//! The hash is the SHA-256 of lines that end in a line feed: an object of JSON with the columns of the accrual that are not NULL,
//! then for each charge, by customer and unit, its customer's ID, unit, amount, messages and parts, with a space in between. Any
//! language can recompute it from a dump of the tables. The first accrual follows a hash of zeros.

use std::fmt::Write;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::model::{Accrual, AccrualSource, AccruedCharge, Hash};
use crate::store::sqlite::values::to_json;

/// The columns of an accrual that its hash covers.
#[derive(Serialize)]
struct Link {
    previous: String,
    id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    import_id: Option<i64>,
    reverted: bool,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reprice_id: Option<i64>,
}

/// The columns of a source: the import, whether it was reverted, and the run of `traffic reprice`.
pub(in crate::store::sqlite) fn columns_of(source: AccrualSource) -> (Option<i64>, bool, Option<i64>) {
    match source {
        AccrualSource::Import(id) => (Some(id), false, None),
        AccrualSource::Revert(id) => (Some(id), true, None),
        AccrualSource::Reprice(id) => (None, false, Some(id)),
    }
}

/// A hash that is being computed.
pub(in crate::store::sqlite) struct AccrualHash {
    digest: Sha256,
    line: String,
}

impl AccrualHash {
    /// Begins the hash of an accrual that follows one with the hash `previous`.
    pub(in crate::store::sqlite) fn begin(previous: Hash, accrual: &Accrual) -> Result<Self> {
        let Accrual { id, source, at, hash: _ } = *accrual;
        let (import_id, reverted, reprice_id) = columns_of(source);
        let link = Link { previous: previous.to_string(), id, import_id, reverted, at: at.to_string(), reprice_id };
        let mut digest = Sha256::new();
        digest.update(to_json(&link)?);
        digest.update("\n");
        Ok(Self { digest, line: String::new() })
    }

    /// Adds the next charge.
    pub(in crate::store::sqlite) fn add(&mut self, charge: &AccruedCharge) {
        let AccruedCharge { customer_id, unit, amount, messages, parts } = charge;
        self.line.clear();
        // Writing to a text cannot fail.
        let _ = writeln!(self.line, "{customer_id} {} {} {messages} {parts}", unit.code(), amount.e8());
        self.digest.update(&self.line);
    }

    /// The hash, after the last charge.
    pub(in crate::store::sqlite) fn end(self) -> Hash {
        Hash(self.digest.finalize().into())
    }
}
