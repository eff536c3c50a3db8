//! The head of an invoice: seller, title, buyer, and the facts that identify the document.

use crate::formats::pdf::font_set::Weight;
use crate::formats::pdf::layout::{BODY, FAINT, LEFT, PageLayout, STRONG};
use crate::formats::pdf::length::{Length, mm, pt};
use crate::formats::pdf::logo::Logo;
use crate::formats::pdf::page::{Area, TextStyle};
use crate::formats::pdf::words;
use crate::model::invoice::{InvoiceCopy, InvoiceKind, InvoiceParty};
use crate::model::{Country, PostalAddress};

/// The largest logo.
const LOGO_SIZE: (Length, Length) = (mm(70), mm(20));
/// Where the facts begin, from the left margin.
const FACTS: Length = mm(88);
/// The width of their labels.
const LABELS: Length = mm(26);

/// Draws the head at the top of the first page.
pub(super) fn draw(layout: &mut PageLayout<'_>, copy: &InvoiceCopy) {
    let top = layout.y;
    let title_end = draw_title(layout, copy, top);
    let seller_end = draw_seller(layout, &copy.seller, top);
    layout.y = seller_end.max(title_end) + mm(7);
    let (left, right) = (LEFT, layout.right());
    layout.rule(left, right, layout.accent());
    let top = layout.y + mm(5);
    let buyer_end = draw_buyer(layout, copy, top);
    let facts_end = draw_facts(layout, copy, top);
    layout.y = buyer_end.max(facts_end) + mm(8);
}

fn draw_title(layout: &mut PageLayout<'_>, copy: &InvoiceCopy, top: Length) -> Length {
    let style = TextStyle { weight: Weight::Bold, size: pt(20), ink: layout.accent() };
    let (right, width) = (layout.right(), layout.width());
    let mut y = top;
    // Only an issued document has a number.
    let subtitle = copy.number.is_none().then_some("This is not a VAT invoice");
    for (text, style) in [(words::title(copy), style)].into_iter().chain(subtitle.map(|text| (text, STRONG))) {
        for line in layout.wrapped(text, style, width) {
            layout.put_right(&line, style, right, y);
            y += style.leading();
        }
    }
    y
}

fn draw_seller(layout: &mut PageLayout<'_>, seller: &InvoiceParty, top: Length) -> Length {
    let (left, width) = (LEFT, FACTS - mm(5));
    let name_style = TextStyle { weight: Weight::Bold, size: pt(14), ink: layout.accent() };
    let mut y = if let Some(logo) = &layout.style.logo {
        let area = logo_area(logo, left, top);
        layout.logo(area);
        let below = top + area.height + mm(2);
        layout.text(&seller.name, STRONG, (left, below), width)
    } else {
        layout.text(&seller.name, name_style, (left, top), width) + mm(1)
    };
    let contact = [&seller.email, &seller.phone, &seller.website].into_iter().flatten().cloned();
    let lines = address_lines(seller, seller.country.as_ref()).into_iter().chain(identity_lines(seller)).chain(contact);
    for line in lines {
        y = layout.text(&line, FAINT, (left, y), width);
    }
    y
}

/// The logo's rectangle: as large as it may be, in its own proportions.
fn logo_area(logo: &Logo, left: Length, top: Length) -> Area {
    let side = |pixels: usize| i64::try_from(pixels).unwrap_or(1).max(1);
    let (width, height) = (side(logo.width), side(logo.height));
    let (most_wide, most_high) = (i64::from(LOGO_SIZE.0), i64::from(LOGO_SIZE.1));
    let (wide, high) = if width * most_high > height * most_wide {
        (most_wide, most_wide * height / width)
    } else {
        (most_high * width / height, most_high)
    };
    let length = |value: i64| Length::try_from(value.max(1)).unwrap_or(LOGO_SIZE.1);
    Area { left, top, width: length(wide), height: length(high) }
}

fn draw_buyer(layout: &mut PageLayout<'_>, copy: &InvoiceCopy, top: Length) -> Length {
    let (left, width) = (LEFT, FACTS - mm(5));
    let label = if copy.kind == InvoiceKind::CreditNote { "Credited to" } else { "Billed to" };
    let mut y = layout.text(label, FAINT, (left, top), width);
    y = layout.text(&copy.buyer.name, STRONG, (left, y), width);
    let is_abroad = copy.buyer.country != copy.seller.country;
    let country = copy.buyer.country.as_ref().filter(|_| is_abroad);
    for line in address_lines(&copy.buyer, country).into_iter().chain(identity_lines(&copy.buyer)) {
        y = layout.text(&line, BODY, (left, y), width);
    }
    y
}

/// The postal address, with the country in the last line unless it is there already, in whatever words.
fn address_lines(party: &InvoiceParty, country: Option<&Country>) -> Vec<String> {
    let mut lines: Vec<String> = party.address.iter().flat_map(PostalAddress::lines).map(str::to_owned).collect();
    if let Some(country) = country
        && lines.last().and_then(|line| Country::named(line)).as_ref() != Some(country)
    {
        lines.push(country.postal_name().to_owned());
    }
    lines
}

fn identity_lines(party: &InvoiceParty) -> impl Iterator<Item = String> {
    let vat_number = party.vat_number.as_ref().map(|number| format!("VAT number {number}"));
    let registration = party.registration_number.as_ref().map(|number| format!("Company number {number}"));
    vat_number.into_iter().chain(registration)
}

fn draw_facts(layout: &mut PageLayout<'_>, copy: &InvoiceCopy, top: Length) -> Length {
    let left = LEFT + FACTS;
    let values = left + LABELS;
    let width = layout.right() - values;
    let mut y = top;
    for (label, value) in facts(copy) {
        layout.text(label, FAINT, (left, y + BODY.size - FAINT.size), LABELS - mm(2));
        let style = if label == "Number" { STRONG } else { BODY };
        y = layout.text(&value, style, (values, y), width);
    }
    y
}

fn facts(copy: &InvoiceCopy) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(number) = &copy.number {
        facts.push(("Number", number.clone()));
    }
    facts.push(("Date", words::date(copy.issued_on)));
    if let Some(day) = copy.tax_point {
        facts.push(("Tax point", words::date(day)));
    }
    if copy.kind != InvoiceKind::CreditNote {
        let due = words::date(copy.payment.due_on);
        facts.push(("Due", if copy.payment.terms_days.is_some() { due } else { "on receipt".to_owned() }));
    }
    if let Some(period) = copy.period {
        facts.push(("Period", words::period(period)));
    }
    if let Some(code) = &copy.buyer.account_code {
        facts.push(("Customer", code.to_string()));
    }
    if let Some(reference) = &copy.buyer_reference {
        facts.push(("Your reference", reference.clone()));
    }
    if let Some(credited) = &copy.credits {
        facts.push(("Corrects invoice", format!("{} of {}", credited.number, words::date(credited.issued_on))));
        facts.extend(credited.reason.iter().map(|reason| ("Reason", reason.clone())));
    }
    facts
}
