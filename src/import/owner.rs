//! Looks up the customer in the column `customer` of a row.

use crate::error::{Error, Fault, Faults};
use crate::formats::InputRow;
use crate::model::{Customer, EntityKind};
use crate::store::Tx;

/// Looks up customers for the rows of a file.
#[derive(Debug, Default)]
pub struct Owners {
    /// The number of unknown names so far.
    misses: usize,
}

impl Owners {
    /// Finds the customer with an account code, in any case, or an API ID. Suggestions for unknown names require reading all
    /// customers, so they are computed only for the faults that are reported.
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
