//! The statement of what a customer owes in a currency: opening, invoices, payments, closing, and what is open at the end.

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::invoice::Receivable;
use crate::model::{Currency, Customer, Money, Zone};
use crate::report::receivables::{OpenItem, open_items};
use crate::store::{ReceivableFilter, Snapshot};

/// What a customer owes over a period of days.
#[derive(Debug)]
pub struct ReceivablesStatement {
    pub customer: Customer,
    pub currency: Currency,
    pub first: Date,
    pub last: Date,
    pub opening: Money,
    /// The entries of the period, in the order of the ledger.
    pub entries: Vec<Receivable>,
    pub closing: Money,
    /// What is open at the end of the last day.
    pub open: Vec<OpenItem>,
}

/// Returns the statement of a period, which includes both days.
pub fn receivables_statement(
    snapshot: &Snapshot<'_>,
    customer: Customer,
    currency: Currency,
    (first, last): (Date, Date),
    zone: &Zone,
) -> Result<ReceivablesStatement> {
    let filter =
        ReceivableFilter { customer_id: Some(customer.id), currency: Some(currency), ..ReceivableFilter::default() };
    let (mut opening, mut closing, mut entries) = (Money::ZERO, Money::ZERO, Vec::new());
    snapshot.receivables(&ReceivableFilter { booked_until: Some(last), ..filter.clone() }, |entry| {
        let sum = closing.checked_add(entry.booking.amount);
        closing = sum.ok_or(Error::Overflow { what: "the sum of a statement" })?;
        // An entry may be booked on an earlier day than the one before it, so the opening is a sum of its own.
        if entry.booking.booked_on < first {
            let sum = opening.checked_add(entry.booking.amount);
            opening = sum.ok_or(Error::Overflow { what: "the sum of a statement" })?;
        } else {
            entries.push(entry);
        }
        Ok::<_, Error>(())
    })?;
    let open = open_items(snapshot, filter, last, zone)?;
    Ok(ReceivablesStatement { customer, currency, first, last, opening, entries, closing, open })
}
