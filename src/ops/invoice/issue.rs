//! Issues invoices: the number, the copy that never changes, and the entry of receivables, all in one transaction.

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::model::invoice::{
    DocumentHashes, Invoice, InvoiceCopy, InvoiceKind, Receivable, ReceivableBooking, ReceivableKind, TaxCategory,
    TaxDecision, TopUp, UsageBill, rounding,
};
use crate::model::{Change, Customer, EntryKind, Invalid, Money, Posting, Unit};
use crate::ops::active;
use crate::ops::balance::post;
use crate::ops::invoice::draft::parsed;
use crate::ops::invoice::email::send_if_possible;
use crate::ops::invoice::{Invoicing, change, open_draft, record};
use crate::report::{IssueTerms, copy_of_draft};
use crate::store::{Issue, Tx, hash_of_document};

/// How a draft is issued.
#[derive(Debug, Clone, Default)]
pub struct IssueRequest {
    /// The number that another system gave; otherwise the next one of the series.
    pub number: Option<String>,
    /// Whether a top-up is posted before it is paid.
    pub credit_balance: bool,
    /// The tax category, where the rules do not decide it.
    pub tax_category: Option<TaxCategory>,
}

/// Issues a draft.
///
/// # Errors
/// [`Error::Refused`] when it cannot be issued as it is, [`Error::TaxUndecided`] when the rules do not decide the tax.
pub fn issue(tx: &mut Tx<'_>, invoicing: &Invoicing, name: &str, request: &IssueRequest) -> Result<Invoice> {
    let mut draft = open_draft(tx, name)?;
    if draft.details.top_up.is_some() && !request.credit_balance {
        return Err(Error::Refused(format!("draft {} is a pro-forma, which is issued when it is paid", draft.id)));
    }
    if let Some(category) = request.tax_category.filter(|category| draft.details.tax_category != Some(*category)) {
        draft.details.tax_category = Some(category);
        tx.update_invoice(&draft)?;
    }
    let terms = IssueTerms::on(invoicing.rules.day_of(tx.at()));
    issue_on(tx, invoicing, &draft, terms, request.number.as_deref())?;
    tx.invoice_of(draft.id)
}

/// Issues a pro-forma that is paid in full by a payment of a day, posts its top-up, and queues its email. Returns its entry of
/// receivables.
pub(in crate::ops) fn issue_paid(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    draft: &Invoice,
    paid: Money,
    paid_on: Date,
) -> Result<Receivable> {
    let issued_on = invoicing.rules.day_of(tx.at());
    let booked = issue_on(tx, invoicing, draft, IssueTerms { issued_on, tax_point: Some(paid_on), paid }, None)?;
    if let Some(mailing) = &invoicing.mailing {
        let issued = tx.invoice_of(draft.id)?;
        send_if_possible(tx, invoicing, mailing, &issued)?;
    }
    Ok(booked)
}

fn issue_on(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    draft: &Invoice,
    terms: IssueTerms,
    number: Option<&str>,
) -> Result<Receivable> {
    let customer = active::customer(tx, draft.customer.as_str())?;
    if draft.held {
        return Err(Error::Refused(format!("draft {} is on hold", draft.id)));
    }
    let (mut copy, decision) = copy_of_draft(tx, &invoicing.rules, draft, terms)?;
    if copy.lines.is_empty() {
        return Err(Error::Refused(format!("draft {} has no lines", draft.id)));
    }
    if copy.totals.gross < Money::ZERO {
        let gross = Unit::Currency(draft.currency).format(copy.totals.gross);
        return Err(Error::Refused(format!("draft {} has a total of {gross}, which is not an invoice", draft.id)));
    }
    copy.kind = InvoiceKind::Invoice;
    let numbered = take_number(tx, invoicing, &mut copy, number)?;
    let entry = match (draft.details.top_up, tx.usage_bill(draft.id)?) {
        (Some(top_up), _) => Some(post_top_up(tx, &customer, &copy, top_up)?),
        (None, Some(bill)) => Some(post_usage(tx, &customer, &copy, bill)?),
        (None, None) => None,
    };
    book(tx, invoicing, draft, &customer, Document { copy, decision, numbered, entry })
}

/// A document that is complete but for its place in the ledger.
pub(super) struct Document {
    pub(super) copy: InvoiceCopy,
    pub(super) decision: TaxDecision,
    pub(super) numbered: Numbered,
    pub(super) entry: Option<i64>,
}

/// The place of a document in its series.
pub(super) struct Numbered {
    series: String,
    counter: i64,
    number: String,
}

/// Gives a copy the next number of its series, or one that another system gave.
pub(super) fn take_number(
    tx: &Tx<'_>,
    invoicing: &Invoicing,
    copy: &mut InvoiceCopy,
    given: Option<&str>,
) -> Result<Numbered> {
    if let Some(frozen) = tx.timezone_of_invoices()?.filter(|frozen| *frozen != copy.timezone) {
        let configured = &copy.timezone;
        let message = format!("invoices have dates of {frozen} since the first one, but the time zone is {configured}");
        return Err(Error::Refused(message));
    }
    let rule = invoicing.rules.series_of(copy.kind);
    let series = rule.pattern.prefix(copy.issued_on);
    let last = tx.last_counter(&series)?;
    let next = last.map_or(Some(rule.start), |last| last.checked_add(1));
    let next = next.ok_or(Error::Overflow { what: "the number of the invoice" })?;
    let counter = match given {
        None => next,
        Some(number) => rule.counter_of(&series, number).ok_or_else(|| {
            let example = rule.number(&series, next);
            Error::invalid("number", number, Invalid::rule(format!("must be of the series, such as {example}")))
        })?,
    };
    if last.is_some() && counter != next {
        let rule = Invalid::rule(format!("must be {}, the next of the series", rule.number(&series, next)));
        return Err(Error::invalid("number", given.unwrap_or_default(), rule));
    }
    let number = rule.number(&series, counter);
    copy.number = Some(number.clone());
    Ok(Numbered { series, counter, number })
}

/// Adds a top-up to its balance. The entry names the invoice and what it cost.
fn post_top_up(tx: &mut Tx<'_>, customer: &Customer, copy: &InvoiceCopy, top_up: TopUp) -> Result<i64> {
    let TopUp { unit, amount } = top_up;
    let number = copy.number.as_deref().unwrap_or_default();
    let money = Unit::Currency(copy.currency);
    let cost = format!("{} {money} net", money.format(copy.totals.net));
    let posting = Posting {
        unit,
        kind: EntryKind::Adjustment,
        amount,
        description: parsed("description", &format!("top-up, invoice {number}, {cost}"))?,
        reference: Some(parsed("reference", number)?),
        key: None,
        reverses: None,
    };
    Ok(post(tx, "top_up", customer, posting)?.entry.id)
}

/// Takes what an invoice bills out of the unbilled usage, which the balance is below zero.
fn post_usage(tx: &mut Tx<'_>, customer: &Customer, copy: &InvoiceCopy, bill: UsageBill) -> Result<i64> {
    let number = copy.number.as_deref().unwrap_or_default();
    let posting = Posting {
        unit: Unit::Currency(copy.currency),
        kind: EntryKind::Invoiced,
        amount: bill.billed().ok_or(Error::Overflow { what: "the usage of a month" })?,
        description: parsed("description", &format!("usage billed by invoice {number}"))?,
        reference: Some(parsed("reference", number)?),
        key: None,
        reverses: None,
    };
    Ok(post(tx, "invoiced", customer, posting)?.entry.id)
}

/// Stores a document for ever and books it in the ledger of receivables.
pub(super) fn book(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    invoice: &Invoice,
    customer: &Customer,
    document: Document,
) -> Result<Receivable> {
    let Document { copy, decision, numbered: Numbered { series, counter, number }, entry } = document;
    let amounts = [copy.totals.net, copy.totals.tax, copy.totals.gross];
    if !amounts.into_iter().all(|amount| rounding::is_in_minor_units(amount, copy.currency)) {
        return Err(Error::Internal(format!("invoice {number} has amounts smaller than the minor unit")));
    }
    let pdf = (invoicing.make_pdf)(&invoicing.rules, &copy)?;
    let text = serde_json::to_string(&copy).map_err(|error| Error::Internal(error.to_string()))?;
    let documents = DocumentHashes { copy: hash_of_document(&text), pdf: pdf.as_ref().map(hash_of_document) };
    let issue = Issue {
        series,
        counter,
        number: number.clone(),
        timezone: copy.timezone.clone(),
        issued_on: copy.issued_on,
        due_on: copy.payment.due_on,
        net: copy.totals.net,
        tax: copy.totals.tax,
        gross: copy.totals.gross,
        decision,
        copy: text,
        pdf,
        entry,
    };
    tx.insert_issued(invoice.id, &issue)?;
    let (kind, amount) = match copy.kind {
        InvoiceKind::CreditNote => (ReceivableKind::CreditNote, copy.totals.gross.checked_neg()),
        InvoiceKind::Invoice | InvoiceKind::ProForma => (ReceivableKind::Invoice, Some(copy.totals.gross)),
    };
    let booking = ReceivableBooking {
        currency: copy.currency,
        kind,
        amount: amount.ok_or(Error::Overflow { what: "the amount" })?,
        invoice: Some(invoice.id),
        reverses: None,
        booked_on: copy.issued_on,
        description: parsed("description", &format!("{kind} {number}"))?,
        reference: Some(parsed("reference", &number)?),
        key: None,
        documents: Some(documents),
    };
    let booked = tx.append_receivable(customer, booking)?;
    record(tx, issue_event(invoice, &issue), invoice.id)?;
    Ok(booked)
}

fn issue_event(invoice: &Invoice, issue: &Issue) -> Change {
    let unit = Unit::Currency(invoice.currency);
    change("issue", invoice)
        .field("number", (), &issue.number)
        .field("issued_on", (), issue.issued_on)
        .field("due_on", (), issue.due_on)
        .field("gross", (), unit.format(issue.gross))
        .field("tax_category", (), issue.decision.category)
        .field("entry", (), issue.entry)
}
