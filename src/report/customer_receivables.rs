//! What a customer owes by invoices, and what is not invoiced yet, in each currency.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::invoice::{InvoiceKind, InvoiceState};
use crate::model::{Balance, Billing, Currency, Customer, Money, Unit};
use crate::store::{InvoiceFilter, ReceivableFilter, Snapshot};

/// What a customer owes in a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerReceivables {
    pub currency: Currency,
    /// The open part of all issued invoices.
    pub open: Money,
    /// The open part of those that are overdue.
    pub overdue: Money,
    /// Payments and credit notes that settle nothing yet.
    pub unallocated: Money,
    /// The net amount of drafts and pro-formas.
    pub drafts: Money,
    /// The usage of a postpaid customer that no invoice has taken from the balance.
    pub usage: Money,
}

/// What a customer owes, by currency; currencies in which there is nothing are left out.
pub fn customer_receivables(
    snapshot: &Snapshot<'_>,
    customer: &Customer,
    balances: &[Balance],
    today: Date,
) -> Result<Vec<CustomerReceivables>> {
    let mut found: BTreeMap<&'static str, CustomerReceivables> = BTreeMap::new();
    let none = |currency| {
        let zero = Money::ZERO;
        CustomerReceivables { currency, open: zero, overdue: zero, unallocated: zero, drafts: zero, usage: zero }
    };
    let of_customer = InvoiceFilter { customer_id: Some(customer.id), ..InvoiceFilter::default() };
    for filter in [
        InvoiceFilter { is_issued: Some(false), ..of_customer.clone() },
        InvoiceFilter { is_open: true, is_issued: Some(true), kind: Some(InvoiceKind::Invoice), ..of_customer },
    ] {
        snapshot.invoices(&filter, |invoice| {
            let sums = found.entry(invoice.currency.code()).or_insert_with(|| none(invoice.currency));
            let state = invoice.state(today);
            let Some(issued) = &invoice.issued else {
                return if state == InvoiceState::Cancelled { Ok(()) } else { add(&mut sums.drafts, invoice.net) };
            };
            add(&mut sums.open, issued.open())?;
            if state == InvoiceState::Overdue { add(&mut sums.overdue, issued.open()) } else { Ok(()) }
        })?;
    }
    let open = ReceivableFilter { customer_id: Some(customer.id), is_open: true, ..ReceivableFilter::default() };
    snapshot.receivables(&open, |entry| {
        if entry.booking.amount >= Money::ZERO {
            return Ok(());
        }
        let currency = entry.booking.currency;
        add(&mut found.entry(currency.code()).or_insert_with(|| none(currency)).unallocated, entry.unallocated())
    })?;
    if customer.details.billing == Billing::Postpaid {
        for balance in balances {
            let Unit::Currency(currency) = balance.unit else { continue };
            let usage = balance.balance.min(Money::ZERO).checked_neg().unwrap_or_default();
            found.entry(currency.code()).or_insert_with(|| none(currency)).usage = usage;
        }
    }
    Ok(found.into_values().filter(|sums| *sums != none(sums.currency)).collect())
}

fn add(sum: &mut Money, amount: Money) -> Result<()> {
    *sum = sum.checked_add(amount).ok_or(Error::Overflow { what: "what the customer owes" })?;
    Ok(())
}
