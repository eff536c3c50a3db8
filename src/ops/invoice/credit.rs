//! Credit notes: they correct an issued invoice, in full or by line, and say what its copy says, whatever the customer's record says now.

use std::collections::BTreeMap;

use crate::error::{Error, Result, count};
use crate::model::invoice::{
    CreditedInvoice, CreditorReference, DraftLine, Invoice, InvoiceCopy, InvoiceDetails, InvoiceKind, InvoiceLine,
    InvoiceTotals, IssuedInvoice, TaxCategory, TaxDecision, TaxRate, TaxSubtotal, rounding,
};
use crate::model::{Invalid, Money, Reason, Unit};
use crate::ops::balance::{Reversal, post_reversal};
use crate::ops::invoice::draft::parsed;
use crate::ops::invoice::issue::{Document, book, take_number};
use crate::ops::invoice::write_off::{WriteOffRequest, book_write_off, reverse_all};
use crate::ops::invoice::{Invoicing, change, settle};
use crate::report::{Uncredited, issued_copy, uncredited};
use crate::store::{NewInvoice, Tx};

/// What to credit of an invoice.
#[derive(Debug, Clone)]
pub struct CreditRequest {
    pub reason: Reason,
    /// The lines [default: all that is not credited].
    pub lines: Vec<CreditedLine>,
    /// Whether a top-up that is credited in full stays on the balance.
    pub keep_balance: bool,
    /// Whether taking back a top-up may take the balance below its credit limit.
    pub allow_negative: bool,
}

/// A line to credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreditedLine {
    /// The line of the invoice, from 1.
    pub line: u32,
    /// The net amount [default: all that is not credited].
    pub net: Option<Money>,
}

/// Credits an invoice: issues a credit note, which settles what is open of the invoice, and what was written off of it; the rest settles
/// others. A top-up that is credited in full leaves its balance.
///
/// # Errors
/// [`Error::Refused`] when there is nothing left to credit.
pub fn credit(tx: &mut Tx<'_>, invoicing: &Invoicing, name: &str, request: &CreditRequest) -> Result<Invoice> {
    let invoice = tx.invoice(name)?;
    let Some(issued) = invoice.issued.clone().filter(|_| invoice.kind == InvoiceKind::Invoice) else {
        return Err(Error::Refused(format!("{} is not an issued invoice; cancel a draft instead", invoice.name())));
    };
    let left = uncredited(tx, &invoice)?;
    if left.is_empty() {
        return Err(Error::Refused(format!("invoice {} is credited in full", issued.number)));
    }
    let original = issued_copy(tx, &invoice)?;
    let credited = credited_amounts(&left, &request.lines)?;
    let mut copy = copy_of_note(&invoice, &issued, &original, &left, &credited)?;
    let customer = tx.customer_of(invoice.customer_id)?;
    let new = NewInvoice {
        kind: InvoiceKind::CreditNote,
        currency: invoice.currency,
        details: InvoiceDetails {
            buyer_reference: invoice.details.buyer_reference.clone(),
            period: invoice.details.period,
            ..InvoiceDetails::default()
        },
        credits: Some(invoice.id),
        credit_reason: Some(request.reason.clone()),
    };
    let note = tx.insert_invoice(&customer, new)?;
    tx.set_invoice_lines(note.id, &note_lines(&copy, &credited)?)?;
    copy.issued_on = invoicing.rules.day_of(tx.at());
    copy.payment.due_on = copy.issued_on;
    copy.payment.reference = CreditorReference::of_invoice(note.id);
    copy.credits = copy.credits.map(|credits| CreditedInvoice { reason: Some(request.reason.to_string()), ..credits });
    let numbered = take_number(tx, invoicing, &mut copy, None)?;
    let is_top_up = invoice.details.top_up.is_some() && !request.keep_balance;
    let takes_back = is_top_up && original.totals.gross == sum(issued.credited, copy.totals.gross)?;
    let entry = match issued.entry.filter(|_| takes_back) {
        Some(entry) => Some(take_back_top_up(tx, entry, copy.number.as_deref().unwrap_or_default(), request)?),
        None => None,
    };
    let decision = decision_of(tx, &invoice)?;
    let booked = book(tx, invoicing, &note, &customer, Document { copy, decision, numbered, entry })?;
    let note = tx.invoice_of(note.id)?;
    settle_credited(tx, invoicing, &invoice, &note, booked.id)?;
    let note = tx.invoice_of(note.id)?;
    let by = change("credit", &invoice).field("credit_note", (), note.name()).field("reason", (), &request.reason);
    tx.record(&by)?;
    Ok(note)
}

/// Settles an invoice by its credit note. What was written off was never paid, so it is credited before anything is given back: the
/// write-off is reversed, and what the note leaves open of it is written off again.
fn settle_credited(
    tx: &mut Tx<'_>,
    invoicing: &Invoicing,
    invoice: &Invoice,
    note: &Invoice,
    entry: i64,
) -> Result<()> {
    let (Some(issued), Some(credited)) = (&invoice.issued, &note.issued) else { return Ok(()) };
    let mut reversed = Vec::new();
    if credited.gross > issued.open() && issued.written_off > Money::ZERO {
        let description = parsed("description", &format!("credit note {} replaces it", credited.number))?;
        reversed = reverse_all(tx, invoicing, invoice, &WriteOffRequest { description, key: None })?;
    }
    settle(tx, entry, issued.receivable, None)?;
    let Some(written_off) = reversed.pop() else { return Ok(()) };
    let open = tx.invoice_of(invoice.id)?.issued.map(|issued| issued.open()).unwrap_or_default();
    if open > Money::ZERO {
        let request = WriteOffRequest { description: written_off.booking.description, key: None };
        book_write_off(tx, invoicing, invoice, open, &request)?;
    }
    Ok(())
}

/// The net amount to credit of each line, by its index.
fn credited_amounts(left: &Uncredited, wanted: &[CreditedLine]) -> Result<BTreeMap<usize, Money>> {
    if wanted.is_empty() {
        let all = left.lines.iter().copied().enumerate();
        return Ok(all.filter(|(_, net)| *net != Money::ZERO).collect());
    }
    let mut amounts = BTreeMap::new();
    for CreditedLine { line, net } in wanted {
        let index = usize::try_from(*line).ok().and_then(|line| line.checked_sub(1));
        let Some((index, left)) = index.and_then(|index| Some((index, *left.lines.get(index)?))) else {
            let lines = count(left.lines.len() as u64, "line");
            return Err(Error::Refused(format!("the invoice has {lines}, and no line {line}")));
        };
        let net = net.unwrap_or(left);
        // A discount has a negative amount, and so has what is credited of it.
        let is_part = net != Money::ZERO && (Money::ZERO.min(left)..=Money::ZERO.max(left)).contains(&net);
        if !is_part || amounts.insert(index, net).is_some() {
            return Err(Error::Refused(format!(
                "{left} is left to credit of line {line}, and {net} is not a part of it"
            )));
        }
    }
    Ok(amounts)
}

/// What the credit note says, without its number and dates.
fn copy_of_note(
    invoice: &Invoice,
    issued: &IssuedInvoice,
    original: &InvoiceCopy,
    left: &Uncredited,
    credited: &BTreeMap<usize, Money>,
) -> Result<InvoiceCopy> {
    let line = |(index, net): (&usize, &Money)| {
        let line = original.lines.get(*index)?;
        let is_whole = line.net == *net;
        Some(InvoiceLine {
            quantity: if is_whole { line.quantity } else { Money::ONE },
            quantity_unit: line.quantity_unit.clone().filter(|_| is_whole),
            unit_price: if is_whole { line.unit_price } else { *net },
            net: *net,
            ..line.clone()
        })
    };
    let lines: Vec<InvoiceLine> = credited.iter().filter_map(line).collect();
    let (taxes, totals) = credited_taxes(original, left, credited)?;
    if totals.gross < Money::ZERO || !rounding::is_in_minor_units(totals.net, invoice.currency) {
        let gross = Unit::Currency(invoice.currency).format(totals.gross);
        let rule = Invalid::rule("must be positive, without fractions of the minor unit");
        return Err(Error::invalid("credit note", gross, rule));
    }
    Ok(InvoiceCopy {
        kind: InvoiceKind::CreditNote,
        credits: Some(CreditedInvoice { number: issued.number.clone(), issued_on: issued.issued_on, reason: None }),
        lines,
        taxes,
        totals,
        ..original.clone()
    })
}

/// The subtotals and totals. The tax is computed of what is credited; that of the last part of a category is what is left of its tax,
/// so that all credit notes together never differ from the invoice by a rounding.
fn credited_taxes(
    original: &InvoiceCopy,
    left: &Uncredited,
    credited: &BTreeMap<usize, Money>,
) -> Result<(Vec<TaxSubtotal>, InvoiceTotals)> {
    let (mut net, mut tax, mut taxes) = (Money::ZERO, Money::ZERO, Vec::new());
    for subtotal in &original.taxes {
        let key: (TaxCategory, TaxRate) = (subtotal.category, subtotal.rate);
        let of_category =
            |index: &usize| original.lines.get(*index).is_some_and(|line| (line.category, line.rate) == key);
        let parts: Vec<(&usize, &Money)> = credited.iter().filter(|(index, _)| of_category(index)).collect();
        if parts.is_empty() {
            continue;
        }
        let of_parts = parts.iter().try_fold(Money::ZERO, |all, (_, part)| sum(all, **part))?;
        let rest = left.lines.iter().enumerate().filter(|(index, _)| of_category(index));
        let is_last = rest.into_iter().all(|(index, rest)| credited.get(&index).copied().unwrap_or_default() == *rest);
        let tax_left = left.taxes.get(&key).copied().unwrap_or_default();
        let computed = subtotal.rate.tax_on(of_parts, original.currency);
        let computed = computed.ok_or(Error::Overflow { what: "the tax of the credit note" })?;
        let of_category = if is_last || computed > tax_left { tax_left } else { computed };
        (net, tax) = (sum(net, of_parts)?, sum(tax, of_category)?);
        taxes.push(TaxSubtotal { net: of_parts, tax: of_category, ..subtotal.clone() });
    }
    let gross = sum(net, tax)?;
    Ok((taxes, InvoiceTotals { net, tax, gross, paid: Money::ZERO, due: gross }))
}

fn note_lines(copy: &InvoiceCopy, credited: &BTreeMap<usize, Money>) -> Result<Vec<DraftLine>> {
    let lines = copy.lines.iter().zip(credited.keys()).map(|(line, index)| {
        Ok(DraftLine {
            description: parsed("description", &line.description)?,
            period: line.period,
            quantity: line.quantity,
            quantity_unit: line.quantity_unit.as_deref().map(|unit| parsed("quantity_unit", unit)).transpose()?,
            unit_price: line.unit_price,
            net: line.net,
            credited_line: u32::try_from(index + 1).ok(),
        })
    });
    lines.collect()
}

/// Takes a top-up back from its balance; returns the entry.
fn take_back_top_up(tx: &mut Tx<'_>, entry: i64, number: &str, request: &CreditRequest) -> Result<i64> {
    let reversal = Reversal {
        entry,
        description: parsed("description", &format!("top-up taken back, credit note {number}"))?,
        reference: Some(parsed("reference", number)?),
        key: None,
        allow_negative: request.allow_negative,
    };
    let receipts = post_reversal(tx, &reversal)?;
    receipts
        .first()
        .map(|receipt| receipt.entry.id)
        .ok_or_else(|| Error::Internal("a reversal has no entry".to_owned()))
}

fn decision_of(tx: &Tx<'_>, invoice: &Invoice) -> Result<TaxDecision> {
    let documents = tx.issued_documents(invoice.id)?;
    serde_json::from_str(&documents.tax_decision)
        .map_err(|error| Error::Damaged(format!("the tax decision of {} cannot be read: {error}", invoice.name())))
}

fn sum(one: Money, other: Money) -> Result<Money> {
    one.checked_add(other).ok_or(Error::Overflow { what: "the amount" })
}
