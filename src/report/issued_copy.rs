//! The copies of issued invoices, and what of an invoice its credit notes have not credited.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::Money;
use crate::model::invoice::{Invoice, InvoiceCopy, TaxCategory, TaxRate};
use crate::store::{InvoiceFilter, Snapshot};

/// What an issued invoice says.
///
/// # Errors
/// [`Error::Damaged`] when the copy cannot be read.
pub fn issued_copy(snapshot: &Snapshot<'_>, invoice: &Invoice) -> Result<InvoiceCopy> {
    let documents = snapshot.issued_documents(invoice.id)?;
    serde_json::from_str(&documents.copy)
        .map_err(|error| Error::Damaged(format!("the issued copy of {} cannot be read: {error}", invoice.name())))
}

/// What of an invoice is not credited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncredited {
    /// The net amount of each line.
    pub lines: Vec<Money>,
    /// The tax of each category and rate.
    pub taxes: BTreeMap<(TaxCategory, TaxRate), Money>,
}

impl Uncredited {
    /// Whether nothing is left to credit.
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|net| *net == Money::ZERO)
    }
}

/// What of an issued invoice its credit notes have not credited.
pub fn uncredited(snapshot: &Snapshot<'_>, invoice: &Invoice) -> Result<Uncredited> {
    let copy = issued_copy(snapshot, invoice)?;
    let taxes = copy.taxes.iter().map(|subtotal| ((subtotal.category, subtotal.rate), subtotal.tax)).collect();
    let mut left = Uncredited { lines: copy.lines.iter().map(|line| line.net).collect(), taxes };
    let mut notes = Vec::new();
    let of_invoice = InvoiceFilter { credits: Some(invoice.id), is_issued: Some(true), ..InvoiceFilter::default() };
    snapshot.invoices(&of_invoice, |note| {
        notes.push(note);
        Ok::<_, Error>(())
    })?;
    for note in notes {
        for line in snapshot.invoice_lines(note.id)? {
            let place = line.credited_line.and_then(|line| usize::try_from(line).ok()?.checked_sub(1));
            if let Some(net) = place.and_then(|place| left.lines.get_mut(place)) {
                *net = difference(*net, line.net)?;
            }
        }
        for subtotal in issued_copy(snapshot, &note)?.taxes {
            if let Some(tax) = left.taxes.get_mut(&(subtotal.category, subtotal.rate)) {
                *tax = difference(*tax, subtotal.tax)?;
            }
        }
    }
    Ok(left)
}

fn difference(amount: Money, less: Money) -> Result<Money> {
    less.checked_neg().and_then(|less| amount.checked_add(less)).ok_or(Error::Overflow { what: "the amount" })
}
