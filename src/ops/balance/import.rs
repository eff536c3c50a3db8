//! Posts a list of adjustments: all of them or none.

use crate::error::{Error, Fault, Faults, Result};
use crate::ops::balance::{Adjustment, Receipt, adjust};
use crate::store::Tx;

/// An adjustment and its line in the file.
#[derive(Debug, Clone)]
pub struct AdjustmentRow {
    pub line: u64,
    pub customer: String,
    pub adjustment: Adjustment,
}

/// Posts adjustments in order. Those whose keys were posted before return their first receipts.
///
/// # Errors
/// [`Error::Rows`] with every refused row. The caller must drop the transaction then.
pub fn import(tx: &mut Tx<'_>, rows: &[AdjustmentRow]) -> Result<Vec<Receipt>> {
    let mut faults = Faults::default();
    let mut receipts = Vec::with_capacity(rows.len());
    for row in rows {
        match adjust(tx, &row.customer, &row.adjustment) {
            Ok(receipt) => receipts.push(receipt),
            Err(error) if error.is_about_one_request() => {
                faults.add(Fault::of_row(row.line, 1, error));
            }
            Err(error) => return Err(error),
        }
    }
    faults.unless_any(receipts).map_err(Error::Rows)
}
