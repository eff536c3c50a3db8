//! The core of ssgctl, which manages the customers of an SMS gateway: records, SMPP accounts, prepaid balances.

pub mod error;
pub mod model;
pub mod ops;
pub mod store;

pub use error::{Error, Result};
