//! Invoices, credit notes and pro-formas: what they say once they are issued.

mod bank_entry;
mod copy;
mod payment_match;
mod reference;
mod tax;

pub use bank_entry::BankEntry;
pub use copy::{
    BilledPeriod, CreditedInvoice, InvoiceCopy, InvoiceKind, InvoiceLine, InvoiceParty, InvoiceTotals, PaymentDetails,
};
pub use payment_match::{AmountFit, MatchReason, OpenInvoice, PaymentMatch, match_payment};
pub use reference::CreditorReference;
pub use tax::{TaxCategory, TaxRate, TaxSubtotal};
