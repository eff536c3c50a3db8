//! The customer that a row's column `customer` names.

use crate::error::{Error, Fault, Faults};
use crate::formats::InputRow;
use crate::model::{Customer, EntityKind};
use crate::store::Tx;

/// What finds customers by name, row after row.
#[derive(Debug, Default)]
pub struct Owners {
    misses: usize,
}

impl Owners {
    /// The customer of an account code in any case, or of an API ID. Names that look alike are sought for those faults only
    /// that will be reported: it means reading the names of all customers.
    pub(crate) fn find(&mut self, tx: &Tx<'_>, row: &InputRow) -> Result<Customer, Fault> {
        let name = row.required_text("customer")?;
        let at = |error| row.fault("customer", error);
        if let Some(customer) = tx.customer_named(&name).map_err(at)? {
            return Ok(customer);
        }
        self.misses += 1;
        let missed = Error::NotFound { entity: EntityKind::Customer, name: name.clone(), nearest: None };
        if self.misses > Faults::REPORTED { Err(at(missed)) } else { tx.customer(&name).map_err(at) }
    }
}
