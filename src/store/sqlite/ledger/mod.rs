//! The ledger: entries and accrued charges, the chains that their hashes make, and the balances that follow from them.

pub(in crate::store::sqlite) mod accrual;
pub(in crate::store::sqlite) mod accrual_chain;
mod balance;
pub(in crate::store::sqlite) mod chain;
pub(in crate::store::sqlite) mod entry;
mod sums;
