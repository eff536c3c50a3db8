//! Files in and out: what an import accepts and refuses, dialects of other programs, documents, and damaged files.

mod accounting;
mod bank;
mod customers;
mod dialects;
pub mod document;
mod einvoice;
pub mod exports;
mod hardening;
mod mutation;
mod one_spelling;
mod others;
mod pdf;
mod price_lists;
mod quoting;
mod seeds;
