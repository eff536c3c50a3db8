//! Invoices, and the ledger of receivables: their rows, and the chains that their hashes make.

mod allocation;
pub(in crate::store::sqlite) mod chain;
mod email;
mod export;
mod fee;
mod invoice;
mod issued;
mod receivable;
mod record_hash;
mod usage;

pub use invoice::NewInvoice;
pub use issued::{IssuedDocuments, hash_of_document};
