//! What follows the lines of an invoice: totals, tax notes, how to pay, and further paragraphs.

use crate::formats::pdf::font_set::Weight;
use crate::formats::pdf::layout::{BODY, FAINT, LEFT, PageLayout, STRONG};
use crate::formats::pdf::length::{Length, mm, pt};
use crate::formats::pdf::page::TextStyle;
use crate::formats::pdf::words;
use crate::model::Money;
use crate::model::invoice::{InvoiceCopy, InvoiceKind, PaymentDetails, TaxCategory, TaxSubtotal};

/// The width of labels and figures of the totals.
const WIDTH: Length = mm(95);
/// The width of labels of the payment details.
const LABELS: Length = mm(38);

/// A line of the totals.
struct Total {
    label: String,
    amount: Money,
    is_strong: bool,
}

/// Draws all that follows the lines.
pub(super) fn draw(layout: &mut PageLayout<'_>, copy: &InvoiceCopy, heading: &str) {
    draw_totals(layout, copy, heading);
    let mut wordings: Vec<&str> = copy.taxes.iter().filter_map(|tax| tax.wording.as_deref()).collect();
    wordings.dedup();
    for wording in wordings {
        layout.paragraph(wording, STRONG, heading);
        layout.y += mm(1);
    }
    layout.y += mm(3);
    draw_payment(layout, copy, heading);
    for note in &copy.notes {
        layout.y += mm(3);
        layout.paragraph(note, BODY, heading);
    }
}

fn totals(copy: &InvoiceCopy) -> Vec<Total> {
    let total = |label: String, amount| Total { label, amount, is_strong: false };
    let sums = &copy.totals;
    let mut totals = vec![total("Net total".to_owned(), sums.net)];
    totals.extend(copy.taxes.iter().map(|tax| total(tax_label(tax, copy), tax.tax)));
    let gross = match copy.kind {
        InvoiceKind::CreditNote => "Total credit",
        InvoiceKind::Invoice | InvoiceKind::ProForma => "Total",
    };
    let gross = Total { label: format!("{gross} {}", copy.currency), amount: sums.gross, is_strong: true };
    totals.push(gross);
    if sums.paid != Money::ZERO {
        totals.push(total("Paid".to_owned(), sums.paid));
        totals.push(Total { label: format!("Amount due {}", copy.currency), amount: sums.due, is_strong: true });
    }
    totals
}

fn tax_label(tax: &TaxSubtotal, copy: &InvoiceCopy) -> String {
    let net = words::amount(tax.net, copy.currency);
    match tax.category {
        TaxCategory::Standard | TaxCategory::ZeroRated => format!("VAT {}% on {net}", tax.rate),
        TaxCategory::Exempt => format!("Exempt from VAT: {net}"),
        TaxCategory::ReverseCharge => format!("VAT 0% (reverse charge) on {net}"),
        TaxCategory::OutsideScope => format!("Not subject to VAT: {net}"),
    }
}

fn draw_totals(layout: &mut PageLayout<'_>, copy: &InvoiceCopy, heading: &str) {
    let totals = totals(copy);
    let row = BODY.leading() + mm(1);
    let rows = Length::try_from(totals.len()).unwrap_or(1);
    // Totals stay together unless they are more than a page.
    if !layout.fits(rows.saturating_mul(row) + mm(4)) {
        layout.new_page(heading);
    }
    for total in totals {
        if !layout.fits(row) {
            layout.new_page(heading);
        }
        let (right, y) = (layout.right(), layout.y);
        let style = if total.is_strong { TextStyle { size: pt(10), ..STRONG } } else { BODY };
        if total.is_strong {
            layout.rule(right - WIDTH, right, layout.accent());
        }
        let top = y + mm(1);
        layout.text(&total.label, style, (right - WIDTH, top), WIDTH - mm(40));
        let amount = layout.wrapped(&words::amount(total.amount, copy.currency), style, Length::MAX / 2);
        if let Some(line) = amount.first() {
            layout.put_right(line, style, right, top);
        }
        layout.y += row;
    }
    layout.y += mm(5);
}

fn draw_payment(layout: &mut PageLayout<'_>, copy: &InvoiceCopy, heading: &str) {
    if copy.kind == InvoiceKind::CreditNote {
        return;
    }
    let details = if copy.totals.due > Money::ZERO { details(&copy.payment) } else { Vec::new() };
    let title = TextStyle { weight: Weight::Bold, size: pt(10), ink: layout.accent() };
    let rows = Length::try_from(details.len() + 2).unwrap_or(1);
    if !layout.fits(rows.saturating_mul(BODY.leading()) + title.leading()) {
        layout.new_page(heading);
    }
    layout.paragraph("Payment", title, heading);
    layout.y += mm(1);
    layout.paragraph(&request(copy), BODY, heading);
    layout.y += mm(1);
    for (label, value) in details {
        let (left, y, width) = (LEFT, layout.y, layout.width() - LABELS);
        let style = if label == "Payment reference" { STRONG } else { BODY };
        layout.text(label, FAINT, (left, y + BODY.size - FAINT.size), LABELS - mm(2));
        layout.y = layout.text(&value, style, (left + LABELS, y), width);
        if !layout.fits(BODY.leading()) {
            layout.new_page(heading);
        }
    }
}

/// The sentence that asks for payment.
fn request(copy: &InvoiceCopy) -> String {
    if copy.totals.due <= Money::ZERO {
        return "This invoice is paid. Nothing is due.".to_owned();
    }
    let due = words::amount_with_currency(copy.totals.due, copy.currency);
    match copy.payment.terms_days {
        None | Some(0) => format!("{due} is due on receipt."),
        Some(1) => format!("{due} is due by {}, one day after the date of issue.", words::date(copy.payment.due_on)),
        Some(days) => {
            format!("{due} is due by {}, {days} days after the date of issue.", words::date(copy.payment.due_on))
        }
    }
}

fn details(payment: &PaymentDetails) -> Vec<(&'static str, String)> {
    let mut details = Vec::new();
    details.extend(payment.account_holder.iter().map(|holder| ("Account holder", holder.clone())));
    details.extend(payment.bank.iter().map(|bank| ("Bank", bank.clone())));
    details.extend(payment.iban.iter().map(|iban| ("IBAN", words::in_fours(iban))));
    details.extend(payment.bic.iter().map(|bic| ("BIC", bic.clone())));
    details.extend(payment.other_details.iter().map(|line| ("", line.clone())));
    details.push(("Payment reference", payment.reference.grouped()));
    details
}

/// The lines at the foot of each page, where the operator chose none.
pub(super) fn usual_foot(copy: &InvoiceCopy) -> Vec<String> {
    vec![copy.seller.name.clone(), format!("All dates are in the time zone {}.", copy.timezone)]
}

/// The first line of further pages: what they belong to.
pub(super) fn page_heading(copy: &InvoiceCopy) -> String {
    let number = copy.number.as_ref().map_or_else(|| copy.payment.reference.grouped(), Clone::clone);
    format!("{} {number} · {} · {}", words::title(copy), copy.seller.name, words::date(copy.issued_on))
}
