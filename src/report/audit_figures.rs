//! The figures of an audit: what each series of invoice numbers has and lacks, and the tax by category, country and rate.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::invoice::{Invoice, InvoiceCopy, InvoiceKind, TaxCategory, TaxRate};
use crate::model::{Country, Currency, Money};
use crate::store::{InvoiceFilter, InvoiceSort, Snapshot};

/// A series of invoice numbers up to the end of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesProof {
    pub series: String,
    pub first: i64,
    pub last: i64,
    /// The numbers that documents have.
    pub documents: i64,
    /// Those of documents that were issued in the period.
    pub in_period: i64,
}

impl SeriesProof {
    /// How many numbers between the first and the last no document has.
    pub fn missing(&self) -> i64 {
        self.last - self.first + 1 - self.documents
    }
}

/// What was invoiced and credited of one kind of tax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxSum {
    pub currency: Currency,
    pub category: TaxCategory,
    /// The country of the buyer.
    pub country: Option<Country>,
    pub rate: TaxRate,
    pub invoices: u64,
    pub credit_notes: u64,
    /// Invoices less credit notes.
    pub net: Money,
    pub tax: Money,
}

/// What the invoices of a period amount to. Documents are added one after the other, so that no more than one is in memory.
#[derive(Debug, Default)]
pub struct AuditFigures {
    taxes: BTreeMap<(&'static str, TaxCategory, Option<Country>, TaxRate), TaxSum>,
}

impl AuditFigures {
    /// Adds a document as it was issued.
    pub fn add(&mut self, copy: &InvoiceCopy) -> Result<()> {
        let is_credit = copy.kind == InvoiceKind::CreditNote;
        for subtotal in &copy.taxes {
            let (category, country, rate) = (subtotal.category, copy.buyer.country.clone(), subtotal.rate);
            let key = (copy.currency.code(), category, country.clone(), rate);
            let sum = self.taxes.entry(key).or_insert_with(|| TaxSum {
                currency: copy.currency,
                category,
                country,
                rate,
                invoices: 0,
                credit_notes: 0,
                net: Money::ZERO,
                tax: Money::ZERO,
            });
            if is_credit {
                sum.credit_notes += 1;
            } else {
                sum.invoices += 1;
            }
            sum.net = added(sum.net, subtotal.net, is_credit)?;
            sum.tax = added(sum.tax, subtotal.tax, is_credit)?;
        }
        Ok(())
    }

    /// The sums by currency, category, country and rate.
    pub fn taxes(self) -> Vec<TaxSum> {
        self.taxes.into_values().collect()
    }
}

fn added(sum: Money, amount: Money, is_credit: bool) -> Result<Money> {
    let amount = if is_credit { amount.checked_neg() } else { Some(amount) };
    amount.and_then(|amount| sum.checked_add(amount)).ok_or(Error::Overflow { what: "the sum of the taxes" })
}

/// The series that have a document up to the last day, by name. A number without a document would be a document that is missing.
pub fn series_proofs(snapshot: &Snapshot<'_>, first: Date, last: Date) -> Result<Vec<SeriesProof>> {
    let mut proofs: BTreeMap<String, SeriesProof> = BTreeMap::new();
    issued_invoices(snapshot, None, last, |invoice| {
        let Some(issued) = &invoice.issued else { return Ok(()) };
        let proof = proofs.entry(issued.series.clone()).or_insert_with(|| SeriesProof {
            series: issued.series.clone(),
            first: issued.counter,
            last: issued.counter,
            documents: 0,
            in_period: 0,
        });
        (proof.first, proof.last) = (proof.first.min(issued.counter), proof.last.max(issued.counter));
        proof.documents += 1;
        proof.in_period += i64::from(issued.issued_on >= first);
        Ok::<_, Error>(())
    })?;
    Ok(proofs.into_values().collect())
}

/// Passes every document that was issued in these days to `each`, by day and number.
pub fn issued_invoices<E: From<Error>>(
    snapshot: &Snapshot<'_>,
    first: Option<Date>,
    last: Date,
    each: impl FnMut(Invoice) -> Result<(), E>,
) -> Result<(), E> {
    let mut filter = InvoiceFilter {
        is_issued: Some(true),
        issued_since: first,
        issued_until: Some(last),
        ..InvoiceFilter::default()
    };
    filter.page.sort = InvoiceSort::IssuedOn;
    snapshot.invoices(&filter, each)
}
