//! The ledger: entries, the chain that their hashes make, and the balances that follow from them.

mod balance;
pub(in crate::store::sqlite) mod chain;
mod entry;
mod sums;
