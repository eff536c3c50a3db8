//! What a bank statement reports: money received, payments that were taken back, and what became of each when it was imported.

use jiff::civil::Date;

use crate::model::word_enum::word_enum;
use crate::model::{Currency, Money};

/// The entries of a bank's file that concern customers, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BankStatement {
    pub entries: Vec<BankEntry>,
    /// How many entries took money out, brought back what had gone out, or moved none.
    pub outgoing: u64,
    /// How many entries are announced but not booked.
    pub pending: u64,
}

/// An entry of a bank statement that brought money in, or took back what had come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankEntry {
    /// Identifies the entry for ever, so that it is recorded once however often its statement is imported: the bank's own reference,
    /// or a hash of what the entry says.
    pub key: String,
    /// Whether the bank took the money back, as with a direct debit that was returned.
    pub is_returned: bool,
    pub booked_on: Date,
    pub currency: Currency,
    /// Always positive.
    pub amount: Money,
    pub payer: Option<String>,
    /// The account that paid, an IBAN where there is one.
    pub payer_account: Option<String>,
    /// The structured reference that the payer gave.
    pub reference: Option<String>,
    /// What else the payer wrote.
    pub text: String,
}

word_enum! {
    /// What became of an entry.
    pub enum BankOutcome {
        Recorded = "recorded",
        /// A payment has the key of the entry.
        AlreadyRecorded = "already_recorded" as "already recorded",
        /// Several invoices fit.
        Several = "several",
        /// The invoice is in another currency.
        OtherCurrency = "other_currency" as "in another currency",
        /// Nothing is open of the invoice that the payer names.
        NotOpen = "not_open" as "of an invoice that is not open",
        /// A rule forbids to record it.
        Refused = "refused",
        /// Another payment has the key of the entry.
        KeyConflict = "key_conflict" as "with the key of another payment",
        /// The bank took a payment back.
        Returned = "returned",
        /// No invoice fits.
        Unmatched = "unmatched",
    }
}

impl BankOutcome {
    /// Whether the entry is left for a person to record.
    pub const fn is_left(self) -> bool {
        !matches!(self, Self::Recorded | Self::AlreadyRecorded)
    }
}
