//! Invoices, credit notes and pro-formas: what they say once they are issued.

mod copy;
mod reference;
mod tax;

pub use copy::{
    BilledPeriod, CreditedInvoice, InvoiceCopy, InvoiceKind, InvoiceLine, InvoiceParty, InvoiceTotals, PaymentDetails,
};
pub use reference::CreditorReference;
pub use tax::{TaxCategory, TaxRate, TaxSubtotal};
