//! Prepaid balances and the ledger entries that change them.

use std::fmt;
use std::str::FromStr;

use crate::model::text::{Actor, Description, Invalid, Key, Organisation, Reason, Reference};
use crate::model::word_enum::word_enum;
use crate::model::{AccountCode, Level, Money, Time, Unit};

/// A customer's prepaid balance in one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    pub customer_id: i64,
    pub customer: AccountCode,
    pub organisation: Organisation,
    pub unit: Unit,
    /// The sum of all entries of this balance and of its accrued charges.
    pub balance: Money,
    /// The charges that are accrued and not posted yet, a part of `balance`; negative amounts were taken.
    pub accrued: Money,
    /// What messages will cost that may still be delivered, where plans charge delivered ones only; no part of `balance`.
    pub reserved: Money,
    /// How far below zero a manual change may take the balance; not negative.
    pub credit_limit: Money,
    pub updated_at: Time,
    /// The thresholds of the warning, if there is an active one.
    pub upper: Option<Money>,
    pub lower: Option<Money>,
    /// The level that the last check found, if there is an active warning.
    pub state: Option<Level>,
}

impl Balance {
    /// The name of a balance in the audit log, such as `ACME SMS`.
    pub fn name_of(customer: &AccountCode, unit: Unit) -> String {
        format!("{customer} {unit}")
    }

    /// The name of this balance in the audit log.
    pub fn name(&self) -> String {
        Self::name_of(&self.customer, self.unit)
    }
}

/// One line of the ledger. Entries are never changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The sequence number in the ledger: 1, 2, 3 … without gaps, across all customers.
    pub id: i64,
    pub customer_id: i64,
    pub customer: AccountCode,
    pub posting: Posting,
    /// The other half of a transfer, or of the reversal of one.
    pub counterpart: Option<i64>,
    /// The sum of this and all earlier entries of the balance, without accrued charges.
    pub balance_after: Money,
    pub origin: Origin,
    pub at: Time,
    /// Covers this entry and the hash of the previous one, so that a later change to either is detected.
    pub hash: Hash,
}

/// What an entry posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    pub unit: Unit,
    pub kind: EntryKind,
    /// Positive amounts add to the balance, negative amounts subtract.
    pub amount: Money,
    pub description: Description,
    pub reference: Option<Reference>,
    pub key: Option<Key>,
    /// The entry that this one reverses.
    pub reverses: Option<i64>,
}

/// Who did something, why, and by which command of which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub actor: Actor,
    /// The user ID from the operating system, which `--actor` cannot change.
    pub uid: u32,
    /// The user who called sudo, according to sudo. Under sudo, `uid` is usually root's for everybody.
    pub sudo_user: Option<Actor>,
    pub reason: Option<Reason>,
    /// The command group and command, such as `balance adjust`.
    pub command: String,
    pub version: String,
}

word_enum! {
    /// Why an entry was posted.
    pub enum EntryKind {
        /// A person or a script changed the balance.
        Adjustment = "adjustment",
        /// Imported traffic was charged.
        Charge = "charge",
        /// One of the two entries of a transfer between balances.
        Transfer = "transfer",
        /// Cancels another entry.
        Reversal = "reversal",
        /// An invoice billed usage, which leaves the balance.
        Invoiced = "invoiced",
    }
}

/// A SHA-256 hash, printed as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hash(pub [u8; 32]);

impl FromStr for Hash {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rule = || Invalid::rule("must be 64 hexadecimal digits");
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(rule());
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| rule())?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One `write_str` for the whole hash: exporting a ledger prints a hash per entry, and 64 single writes are slow.
        let digit = |bits: u8| char::from_digit(bits.into(), 16).unwrap_or_default();
        let text: String = self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect();
        f.write_str(&text)
    }
}
