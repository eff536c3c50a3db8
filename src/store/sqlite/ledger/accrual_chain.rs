//! The hash chain of accruals: each one's hash covers the accrual, its charges, and the hash of the one before it.
//!
//! The hash is the SHA-256 of lines that end in a line feed: an object of JSON with the columns of the accrual, then for each
//! charge, by customer and unit, its customer's ID, unit, amount, messages and parts, with a space in between. Any language can
//! recompute it from a dump of the tables. The first accrual follows a hash of zeros.

use std::fmt::Write;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::model::{Accrual, AccruedCharge, Hash};
use crate::store::sqlite::values::to_json;

/// The columns of an accrual that its hash covers.
#[derive(Serialize)]
struct Link {
    previous: String,
    id: i64,
    import_id: i64,
    reverted: bool,
    at: String,
}

/// A hash that is being computed.
pub(in crate::store::sqlite) struct AccrualHash {
    digest: Sha256,
    line: String,
}

impl AccrualHash {
    /// Begins the hash of an accrual that follows one with the hash `previous`.
    pub(in crate::store::sqlite) fn begin(previous: Hash, accrual: &Accrual) -> Result<Self> {
        let Accrual { id, import_id, reverted, at, hash: _ } = *accrual;
        let link = Link { previous: previous.to_string(), id, import_id, reverted, at: at.to_string() };
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
