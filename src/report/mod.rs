//! Reports: questions that take more than one look, answered from one snapshot as plain data. Nothing is changed here.

mod balance_at;
pub mod document;
mod explanation;
mod statement;
mod totals;

pub use balance_at::{BalanceAt, balances_at};
pub use explanation::{Share, explain};
pub use statement::{Period, Statement, statement};
pub use totals::{UnitTotal, totals_by_unit};
