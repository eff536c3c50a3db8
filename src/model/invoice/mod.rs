//! Invoices, credit notes and pro-formas: what they say once they are issued.

mod bank_entry;
mod copy;
mod export_run;
mod fee;
mod invoice_email;
mod invoice_record;
mod payment_match;
mod receivable;
mod reference;
pub mod rounding;
mod rules;
mod series;
mod tax;
mod tax_decision;
mod totals;
mod usage;

pub use bank_entry::{BankEntry, BankOutcome, BankStatement};
pub use copy::{
    BilledPeriod, CreditedInvoice, InvoiceCopy, InvoiceKind, InvoiceLine, InvoiceParty, InvoiceTotals, PaymentDetails,
};
pub use export_run::{AccountingProgram, ExportFile, ExportRun, ExportTreatment};
pub use fee::{Fee, FeeDetails};
pub use invoice_email::{InvoiceEmail, InvoiceEmailKind, ReminderLevel};
pub use invoice_record::{DraftLine, Invoice, InvoiceDetails, InvoiceState, IssuedInvoice, TopUp};
pub use payment_match::{AmountFit, MatchReason, OpenInvoice, PaymentMatch, match_payment, paying_customer};
pub use receivable::{Allocation, DocumentHashes, Receivable, ReceivableBooking, ReceivableKind};
pub use reference::CreditorReference;
pub use rules::{BankDetails, InvoiceRules, day_in};
pub use series::{SeriesPattern, SeriesRule};
pub use tax::{TaxCategory, TaxRate, TaxSubtotal};
pub use tax_decision::{DatedRate, TaxDecision, TaxReason, TaxRules, TaxUndecided, TaxedBuyer};
pub use totals::totals;
pub use usage::{BilledUsage, UsageBill, UsageCell};
