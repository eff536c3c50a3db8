//! Prepaid balances and the entries that move them.

use std::fmt;
use std::str::FromStr;

use crate::model::text::{Actor, Description, Invalid, Key, Organisation, Reason, Reference};
use crate::model::word_enum::word_enum;
use crate::model::{AccountCode, Level, Money, Time, Unit};

/// What a customer has left in one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    pub customer_id: i64,
    pub customer: AccountCode,
    pub organisation: Organisation,
    pub unit: Unit,
    /// The sum of all its entries.
    pub balance: Money,
    /// How far below zero a manual change may take it; not negative.
    pub credit_limit: Money,
    pub updated_at: Time,
    /// The thresholds of its warning, if that is set and active.
    pub upper: Option<Money>,
    pub lower: Option<Money>,
    /// What the last check found, if there is an active warning.
    pub state: Option<Level>,
}

impl Balance {
    /// The balance's name in the audit log, such as `ACME SMS`.
    pub fn name_of(customer: &AccountCode, unit: Unit) -> String {
        format!("{customer} {unit}")
    }

    /// Its own name.
    pub fn name(&self) -> String {
        Self::name_of(&self.customer, self.unit)
    }
}

/// One line of the ledger. Entries are never changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the ledger: 1, 2, 3 … without a gap, over all customers.
    pub id: i64,
    pub customer_id: i64,
    pub customer: AccountCode,
    pub posting: Posting,
    /// The other half of a transfer, or of the reversal of one.
    pub counterpart: Option<i64>,
    pub balance_after: Money,
    pub origin: Origin,
    pub at: Time,
    /// Over this entry and the one before it.
    pub hash: Hash,
}

/// What an entry books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    pub unit: Unit,
    pub kind: EntryKind,
    /// Positive adds to the balance, negative takes from it.
    pub amount: Money,
    pub description: Description,
    pub reference: Option<Reference>,
    pub key: Option<Key>,
    /// The entry that this one undoes.
    pub reverses: Option<i64>,
}

/// Who did something, why, and by which command of which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub actor: Actor,
    /// The number of the operating system's user, whatever the actor calls itself.
    pub uid: u32,
    pub reason: Option<Reason>,
    /// Noun and verb, such as `balance adjust`.
    pub command: String,
    pub version: String,
}

word_enum! {
    /// Why an entry is there.
    pub enum EntryKind {
        /// A person or script changed the balance.
        Adjustment = "adjustment",
        /// Traffic used it up.
        Charge = "charge",
        /// Half of a move between two balances.
        Transfer = "transfer",
        /// Undoes another entry.
        Reversal = "reversal",
    }
}

/// A SHA-256, written as 64 hexadecimal digits.
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
        // Written at once: the chain of a ledger is a line of text an entry.
        let digit = |bits: u8| char::from_digit(bits.into(), 16).unwrap_or_default();
        let text: String = self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect();
        f.write_str(&text)
    }
}
