//! Invoices, credit notes and pro-formas: what they say once they are issued.

mod copy;
mod reference;
pub mod rounding;
mod series;
mod tax;
mod tax_decision;
mod totals;

pub use copy::{
    BilledPeriod, CreditedInvoice, InvoiceCopy, InvoiceKind, InvoiceLine, InvoiceParty, InvoiceTotals, PaymentDetails,
};
pub use reference::CreditorReference;
pub use series::{SeriesPattern, SeriesRule};
pub use tax::{TaxCategory, TaxRate, TaxSubtotal};
pub use tax_decision::{DatedRate, TaxDecision, TaxReason, TaxRules, TaxUndecided, TaxedBuyer};
pub use totals::totals;
