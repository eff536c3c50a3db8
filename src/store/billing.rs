//! What lists of invoices and receivables have, and what is written when an invoice is issued.

use jiff::civil::Date;

use crate::model::invoice::{InvoiceKind, ReceivableKind, TaxDecision};
use crate::model::{Currency, Money};
use crate::store::{Page, SortField};

/// The invoices to list: those that match every field that is set.
#[derive(Debug, Clone, Default)]
pub struct InvoiceFilter {
    pub customer_id: Option<i64>,
    pub kind: Option<InvoiceKind>,
    pub currency: Option<Currency>,
    /// Only those that were issued, or only drafts.
    pub is_issued: Option<bool>,
    /// Only issued ones that are not settled.
    pub is_open: bool,
    /// Only those that were sent by email, or only issued ones and pro-formas that were not.
    pub is_sent: Option<bool>,
    /// Only credit notes of the invoice with this ID.
    pub credits: Option<i64>,
    /// The first and the last day of issue.
    pub issued_since: Option<Date>,
    pub issued_until: Option<Date>,
    pub page: Page<InvoiceSort>,
}

sort_fields! {
    /// The sort fields of invoices.
    InvoiceSort {
        Id = "id",
        Customer = "customer",
        Number = "number",
        IssuedOn = "issued_on",
        DueOn = "due_on",
    }
}

/// The entries of the ledger of receivables to list, oldest first unless `newest_first`.
#[derive(Debug, Clone, Default)]
pub struct ReceivableFilter {
    pub customer_id: Option<i64>,
    pub currency: Option<Currency>,
    pub kind: Option<ReceivableKind>,
    /// Only entries of the invoice with this ID.
    pub invoice: Option<i64>,
    /// Only entries with a part that is not allocated.
    pub is_open: bool,
    /// Only entries booked up to this day.
    pub booked_until: Option<Date>,
    pub newest_first: bool,
    pub limit: Option<u64>,
}

/// What is written when an invoice or credit note is issued.
#[derive(Debug, Clone)]
pub struct Issue {
    pub series: String,
    pub counter: i64,
    pub number: String,
    pub timezone: String,
    pub issued_on: Date,
    pub due_on: Date,
    pub net: Money,
    pub tax: Money,
    pub gross: Money,
    pub decision: TaxDecision,
    /// The issued copy as JSON, whose hash the entry of receivables has.
    pub copy: String,
    pub pdf: Option<Vec<u8>>,
    /// The entry that posted or took back a top-up.
    pub entry: Option<i64>,
}
