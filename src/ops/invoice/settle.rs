//! Allocations: how much of a credit (payment, credit note, write-off) settles a debit (invoice, refund, reversal).

use crate::error::{Error, Result};
use crate::model::Money;
use crate::store::Tx;

/// Settles as much of a debit by a credit as both have left, but not more than `at_most`. Returns the amount.
///
/// # Errors
/// [`Error::Refused`] when they are of different customers or currencies, or not a credit and a debit.
pub(in crate::ops) fn settle(tx: &mut Tx<'_>, credit: i64, debit: i64, at_most: Option<Money>) -> Result<Money> {
    let (from, to) = (tx.receivable(credit)?, tx.receivable(debit)?);
    if (from.customer_id, from.booking.currency) != (to.customer_id, to.booking.currency) {
        return Err(Error::Refused(format!(
            "receivable {credit} is of {} in {}, and {debit} of {} in {}",
            from.customer, from.booking.currency, to.customer, to.booking.currency
        )));
    }
    if from.booking.amount > Money::ZERO || to.booking.amount < Money::ZERO {
        return Err(Error::Refused(format!("receivable {credit} cannot settle receivable {debit}")));
    }
    let amount = from.unallocated().min(to.unallocated()).min(at_most.unwrap_or(Money::from_e8(i64::MAX)));
    if amount > Money::ZERO {
        tx.append_allocation(credit, debit, amount)?;
    }
    Ok(amount)
}

/// Takes back everything that a credit settles.
pub(in crate::ops) fn take_back(tx: &mut Tx<'_>, credit: i64) -> Result<()> {
    for (debit, amount) in tx.allocations_of(credit)? {
        let opposite = amount.checked_neg().ok_or(Error::Overflow { what: "the amount" })?;
        tx.append_allocation(credit, debit, opposite)?;
    }
    Ok(())
}
