//! Quick create: a customer that is ready to send, in one transaction.

use crate::error::Result;
use crate::model::{AccountCode, Contact, ContactDetails, Customer, CustomerDetails};
use crate::ops::balance::{Adjustment, Receipt};
use crate::ops::smpp::{Credentials, NewAccount};
use crate::ops::{balance, contact, customer, smpp};
use crate::store::Tx;
use crate::store::vault::Vault;

/// Everything that a customer needs to send its first message.
#[derive(Debug)]
pub struct QuickCreate {
    pub account_code: Option<AccountCode>,
    pub customer: CustomerDetails,
    pub contact: Option<ContactDetails>,
    pub account: NewAccount,
    pub opening: Option<Adjustment>,
}

/// What a quick create added.
#[derive(Debug)]
pub struct QuickCreateResult {
    pub customer: Customer,
    pub contact: Option<Contact>,
    pub credentials: Credentials,
    pub opening: Option<Receipt>,
}

/// Creates a customer, its contact, its SMPP account and its opening balance.
pub fn quick_create(tx: &mut Tx<'_>, vault: &Vault, new: QuickCreate) -> Result<QuickCreateResult> {
    let customer = customer::new(tx, new.account_code, new.customer)?;
    let code = customer.account_code.as_str();
    let contact = new.contact.map(|details| contact::add(tx, code, details)).transpose()?;
    let credentials = smpp::add_to(tx, vault, &customer, new.account)?;
    let opening = new.opening.map(|opening| balance::adjust(tx, code, &opening)).transpose()?;
    Ok(QuickCreateResult { customer, contact, credentials, opening })
}
