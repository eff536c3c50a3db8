//! The ledger of receivables: what customers owe by invoices, what they paid, and which of it settles what.

use jiff::civil::Date;

use crate::model::word_enum::word_enum;
use crate::model::{AccountCode, Currency, Description, Hash, Key, Money, Origin, Reference, Time};

word_enum! {
    /// Why an entry was booked.
    pub enum ReceivableKind {
        /// An issued invoice; positive.
        Invoice = "invoice",
        /// An issued credit note; negative.
        CreditNote = "credit_note" as "credit note",
        /// A payment received; negative.
        Payment = "payment",
        /// Money that went back; positive.
        Refund = "refund",
        /// What a customer will not pay; negative.
        WriteOff = "write_off" as "write-off",
        /// Cancels another entry.
        Reversal = "reversal",
    }
}

/// One line of the ledger of receivables. Entries are never changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receivable {
    /// The sequence number: 1, 2, 3 … without gaps, across all customers.
    pub id: i64,
    pub customer_id: i64,
    pub customer: AccountCode,
    pub booking: ReceivableBooking,
    /// What the customer owes in the currency after it.
    pub balance_after: Money,
    pub origin: Origin,
    pub at: Time,
    /// Covers this entry and the hash of the one before.
    pub hash: Hash,
    /// The part of the amount that allocations settle or use; not negative.
    pub allocated: Money,
}

/// What an entry books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivableBooking {
    pub currency: Currency,
    pub kind: ReceivableKind,
    /// Positive is owed by the customer.
    pub amount: Money,
    /// The ID of the invoice that it books or writes off, or for which a payment was made.
    pub invoice: Option<i64>,
    pub reverses: Option<i64>,
    /// The date of the document, or the day on which money moved.
    pub booked_on: Date,
    pub description: Description,
    pub reference: Option<Reference>,
    pub key: Option<Key>,
    /// The hashes of the issued copy and of its PDF.
    pub documents: Option<DocumentHashes>,
}

/// SHA-256 of an issued copy and of the PDF that was made from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentHashes {
    pub copy: Hash,
    pub pdf: Option<Hash>,
}

impl Receivable {
    /// The part of the amount that no allocation settles or uses; not negative.
    pub fn unallocated(&self) -> Money {
        let amount = i128::from(self.booking.amount.e8()).abs();
        // Never more than the amount is allocated, which `db check` verifies.
        i64::try_from(amount - i128::from(self.allocated.e8())).map_or(Money::ZERO, Money::from_e8)
    }
}

/// A part of a credit that settles a debit; negative if it was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allocation {
    /// The sequence number: 1, 2, 3 … without gaps.
    pub id: i64,
    /// The entry of a payment, credit note or write-off.
    pub credit: i64,
    /// The entry of an invoice, refund or reversal.
    pub debit: i64,
    pub amount: Money,
    pub at: Time,
    /// Covers this allocation and the hash of the one before.
    pub hash: Hash,
}
