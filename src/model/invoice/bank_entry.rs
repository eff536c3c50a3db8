//! Money that a bank statement reports as received.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::model::{Currency, Money};

/// An entry of a bank statement that brought money in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankEntry {
    /// Identifies the entry for ever, so that it is recorded once however often its statement is imported: the bank's own reference,
    /// or a hash of what the entry says.
    pub key: String,
    pub booked_on: Date,
    pub currency: Currency,
    /// Always positive.
    pub amount: Money,
    pub payer: Option<String>,
    /// The account that paid, an IBAN where there is one.
    pub payer_account: Option<String>,
    /// The structured reference that the payer gave.
    pub reference: Option<String>,
    /// What else the payer wrote.
    pub text: String,
}
