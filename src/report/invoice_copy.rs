//! What an invoice says: the copy that is stored when it is issued, or of a draft, what it would say if it was issued on a day.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::invoice::{
    CreditorReference, DraftLine, Invoice, InvoiceCopy, InvoiceKind, InvoiceLine, InvoiceParty, InvoiceRules,
    PaymentDetails, TaxDecision, TaxedBuyer, totals,
};
use crate::model::{Customer, Money, RegistrationNumber};
use crate::store::Snapshot;

/// How and when a draft becomes an invoice.
#[derive(Debug, Clone, Copy)]
pub struct IssueTerms {
    pub issued_on: Date,
    /// The day that decides the tax, where it is not the day of issue.
    pub tax_point: Option<Date>,
    /// What was paid before.
    pub paid: Money,
}

impl IssueTerms {
    /// Issued on a day, without a payment before.
    pub fn on(issued_on: Date) -> Self {
        Self { issued_on, tax_point: None, paid: Money::ZERO }
    }
}

/// What a draft says if it is issued on these terms, without a number; and the decision about its tax.
///
/// # Errors
/// [`Error::TaxUndecided`] when the rules do not decide the tax.
pub fn copy_of_draft(
    snapshot: &Snapshot<'_>,
    rules: &InvoiceRules,
    invoice: &Invoice,
    terms: IssueTerms,
) -> Result<(InvoiceCopy, TaxDecision)> {
    let customer = snapshot.customer_of(invoice.customer_id)?;
    let lines = snapshot.invoice_lines(invoice.id)?;
    let tax_point = terms.tax_point.or(invoice.details.period.map(|period| period.last));
    let decision = decide(rules, &customer, invoice, tax_point.unwrap_or(terms.issued_on))?;
    let lines: Vec<InvoiceLine> = lines.into_iter().map(|line| line_of(line, &decision)).collect();
    let sums = totals(&lines, terms.paid, invoice.currency, |_| decision.wording.clone());
    let (taxes, totals) = sums.ok_or(Error::Overflow { what: "the total of the invoice" })?;
    let copy = InvoiceCopy {
        kind: if invoice.details.top_up.is_some() { InvoiceKind::ProForma } else { InvoiceKind::Invoice },
        number: None,
        issued_on: terms.issued_on,
        tax_point: tax_point.filter(|day| *day != terms.issued_on),
        timezone: rules.zone.to_string(),
        currency: invoice.currency,
        seller: rules.seller.clone(),
        buyer: buyer(&customer),
        credits: None,
        buyer_reference: invoice.details.buyer_reference.as_ref().map(ToString::to_string),
        period: invoice.details.period,
        lines,
        taxes,
        totals,
        payment: payment_details(rules, &customer, invoice, terms.issued_on)?,
        notes: rules.notes.clone(),
    };
    Ok((copy, decision))
}

fn decide(rules: &InvoiceRules, customer: &Customer, invoice: &Invoice, on: Date) -> Result<TaxDecision> {
    let details = &customer.details;
    let vat_number = details.vat_reg_no.as_ref().map(RegistrationNumber::as_str);
    let buyer = TaxedBuyer { country: details.country.as_ref(), vat_number };
    let decided = rules.tax.decide(buyer, invoice.details.tax_category, on);
    decided.map_err(|reason| Error::TaxUndecided { invoice: invoice.id, customer: invoice.customer.clone(), reason })
}

fn line_of(line: DraftLine, decision: &TaxDecision) -> InvoiceLine {
    InvoiceLine {
        description: line.description.to_string(),
        period: line.period,
        quantity: line.quantity,
        quantity_unit: line.quantity_unit.map(|unit| unit.to_string()),
        unit_price: line.unit_price,
        net: line.net,
        category: decision.category,
        rate: decision.rate,
    }
}

fn buyer(customer: &Customer) -> InvoiceParty {
    let details = &customer.details;
    InvoiceParty {
        name: details.organisation.to_string(),
        address: details.invoice_address.clone(),
        country: details.country.clone(),
        vat_number: details.vat_reg_no.as_ref().map(ToString::to_string),
        registration_number: details.company_reg_no.as_ref().map(ToString::to_string),
        account_code: Some(customer.account_code.clone()),
        email: details.invoice_emails.first().map(ToString::to_string),
        phone: details.phone.as_ref().map(ToString::to_string),
        website: details.website.as_ref().map(ToString::to_string),
    }
}

fn payment_details(
    rules: &InvoiceRules,
    customer: &Customer,
    invoice: &Invoice,
    issued_on: Date,
) -> Result<PaymentDetails> {
    let terms_days = customer.details.payment_terms_days.map(crate::model::PaymentTerms::days);
    let due_on = issued_on.checked_add(i64::from(terms_days.unwrap_or(0)).days());
    let bank = rules.bank.clone();
    Ok(PaymentDetails {
        due_on: due_on.map_err(|_| Error::Overflow { what: "the due date" })?,
        terms_days,
        reference: CreditorReference::of_invoice(invoice.id),
        bank: bank.bank,
        account_holder: bank.account_holder,
        iban: bank.iban,
        bic: bank.bic,
        other_details: bank.other_details,
    })
}
