//! Drafts: what will be an invoice. They have an ID and no number, and only they can change.

use crate::error::{Error, Result};
use crate::model::invoice::{BilledPeriod, DraftLine, Invoice, InvoiceDetails, InvoiceKind, TopUp, rounding};
use crate::model::{Change, Currency, Description, Invalid, Money, Name, Unit};
use crate::ops::active;
use crate::ops::invoice::{change, open_draft, record};
use crate::store::{NewInvoice, Tx};

/// The most lines of an invoice.
const MAX_LINES: usize = 10_000;

/// A draft to make.
#[derive(Debug, Clone)]
pub struct NewDraft {
    pub currency: Currency,
    pub details: InvoiceDetails,
    pub lines: Vec<NewLine>,
}

/// A line to add. Its net amount is the product, rounded half up to the currency's minor unit.
#[derive(Debug, Clone)]
pub struct NewLine {
    pub description: Description,
    pub period: Option<BilledPeriod>,
    pub quantity: Money,
    pub quantity_unit: Option<Name>,
    pub unit_price: Money,
}

/// Makes a draft. One with a top-up is a pro-forma until it is paid.
///
/// # Errors
/// [`Error::Invalid`] when the top-up, a quantity or a period is not one.
pub fn new(tx: &mut Tx<'_>, customer: &str, new: NewDraft) -> Result<Invoice> {
    let customer = active::customer(tx, customer)?;
    let NewDraft { currency, details, lines } = new;
    if let Some(top_up) = details.top_up {
        check_top_up(top_up)?;
    }
    let kind = InvoiceKind::Invoice;
    let lines: Vec<DraftLine> = lines.into_iter().map(|line| draft_line(line, currency)).collect::<Result<_>>()?;
    let new = NewInvoice { kind, currency, details, credits: None, credit_reason: None };
    let draft = tx.insert_invoice(&customer, new)?;
    tx.set_invoice_lines(draft.id, &lines)?;
    let draft = tx.invoice_of(draft.id)?;
    let net = Unit::Currency(currency).format(draft.net);
    let mut made = change("new", &draft).field("currency", (), currency).field("net", (), net);
    if let Some(TopUp { unit, amount }) = draft.details.top_up {
        made = made.field("top_up", (), format!("{} {unit}", unit.format(amount)));
    }
    record(tx, made, draft.id)?;
    Ok(draft)
}

/// The line of a top-up that costs an amount. The price of one unit is stated where it leads to exactly that amount.
pub fn top_up_line(top_up: TopUp, net: Money, currency: Currency) -> Result<NewLine> {
    let TopUp { unit, amount } = top_up;
    let in_minor_units = |field, amount: Money| {
        let rule = Invalid::rule(format!("must be a positive amount in the decimals of {currency}"));
        let is_right = amount > Money::ZERO && rounding::is_in_minor_units(amount, currency);
        if is_right { Ok(()) } else { Err(Error::invalid(field, Unit::Currency(currency).format(amount), rule)) }
    };
    in_minor_units("net", net)?;
    if unit == Unit::Currency(currency) {
        in_minor_units("amount", amount)?;
    }
    let shown = unit.format(amount);
    if unit == Unit::Currency(currency) {
        let description = parsed("description", &format!("Prepaid balance of {shown} {unit}"))?;
        return Ok(NewLine { description, period: None, quantity: Money::ONE, quantity_unit: None, unit_price: net });
    }
    let price = i64::try_from(i128::from(net.e8()) * i128::from(Money::ONE.e8()) / i128::from(amount.e8().max(1)));
    let price = price.map(Money::from_e8).ok();
    let is_exact = price.is_some_and(|price| rounding::product(amount, price, currency) == Some(net));
    let (quantity, unit_price) = match price.filter(|_| is_exact) {
        Some(price) => (amount, price),
        None => (Money::ONE, net),
    };
    let (text, name) = match unit {
        Unit::Sms => ("SMS credits".to_owned(), "SMS credits"),
        Unit::Currency(_) => (format!("Prepaid balance in {unit}"), unit.code()),
    };
    let text = if is_exact { text } else { format!("{shown} {text}") };
    let quantity_unit = is_exact.then(|| parsed("quantity_unit", name)).transpose()?;
    Ok(NewLine { description: parsed("description", &text)?, period: None, quantity, quantity_unit, unit_price })
}

/// Adds a line to a draft.
///
/// # Errors
/// [`Error::Refused`] when it was issued or cancelled, or is a top-up or a credit note, whose lines are fixed.
pub fn add_line(tx: &mut Tx<'_>, name: &str, line: NewLine) -> Result<Invoice> {
    let draft = with_free_lines(tx, name)?;
    let line = draft_line(line, draft.currency)?;
    let mut lines = tx.invoice_lines(draft.id)?;
    if lines.len() >= MAX_LINES {
        return Err(Error::Refused(format!("draft {} has {MAX_LINES} lines already", draft.id)));
    }
    let added = change("line", &draft)
        .field("line", (), lines.len() + 1)
        .field("description", (), line.description.as_str())
        .field("net", (), Unit::Currency(draft.currency).format(line.net));
    lines.push(line);
    save_lines(tx, draft, &lines, added)
}

/// Removes a line of a draft, counted from 1. The lines after it move up.
pub fn remove_line(tx: &mut Tx<'_>, name: &str, position: usize) -> Result<Invoice> {
    let draft = with_free_lines(tx, name)?;
    if tx.usage_bill(draft.id)?.is_some() {
        return Err(Error::Refused(format!("draft {} bills usage; cancel it instead", draft.id)));
    }
    let mut lines = tx.invoice_lines(draft.id)?;
    let Some(index) = position.checked_sub(1).filter(|index| *index < lines.len()) else {
        let count = crate::error::count(lines.len() as u64, "line");
        return Err(Error::Refused(format!("draft {} has {count}", draft.id)));
    };
    let removed = lines.remove(index);
    let change = change("line", &draft)
        .field("line", position, ())
        .field("description", removed.description.as_str(), ())
        .field("net", Unit::Currency(draft.currency).format(removed.net), ());
    save_lines(tx, draft, &lines, change)
}

/// Keeps a draft from being issued, or stops the reminders of an issued invoice.
pub fn hold(tx: &mut Tx<'_>, name: &str) -> Result<Invoice> {
    set_held(tx, name, true)
}

/// Lets a draft be issued that was held, or allows the reminders of an issued invoice again.
pub fn release(tx: &mut Tx<'_>, name: &str) -> Result<Invoice> {
    set_held(tx, name, false)
}

/// Cancels a draft for good. It keeps its ID, and no number is lost with it.
pub fn cancel(tx: &mut Tx<'_>, name: &str) -> Result<Invoice> {
    let mut draft = open_draft(tx, name)?;
    // What the last one carries is known, and a later one was made from what this one carries.
    let last = tx.last_usage_bill(draft.customer_id, draft.currency)?.map(|(last, _)| last);
    if tx.usage_bill(draft.id)?.is_some() && last != Some(draft.id) {
        let (last, id) = (tx.invoice_of(last.unwrap_or(draft.id))?, draft.id);
        return Err(Error::Refused(match &last.issued {
            None => format!("draft {} bills usage after draft {id}; cancel draft {} first", last.id, last.id),
            Some(issued) => {
                let number = &issued.number;
                format!(
                    "invoice {number} bills usage after draft {id} and carries on its rest; issue {id} and credit it"
                )
            }
        }));
    }
    draft.cancelled_at = Some(tx.at());
    draft.updated_at = tx.at();
    tx.update_invoice(&draft)?;
    let cancelled = change("cancel", &draft).field("cancelled_at", (), tx.at());
    record(tx, cancelled, draft.id)?;
    Ok(draft)
}

fn set_held(tx: &mut Tx<'_>, name: &str, held: bool) -> Result<Invoice> {
    let invoice = tx.invoice(name)?;
    if invoice.issued.is_some() {
        return hold_reminders(tx, invoice, held);
    }
    let mut draft = open_draft(tx, name)?;
    if draft.held == held {
        return Ok(draft);
    }
    draft.held = held;
    draft.updated_at = tx.at();
    tx.update_invoice(&draft)?;
    let changed = change(if held { "hold" } else { "release" }, &draft).field("held", !held, held);
    record(tx, changed, draft.id)?;
    Ok(draft)
}

fn hold_reminders(tx: &mut Tx<'_>, invoice: Invoice, held: bool) -> Result<Invoice> {
    if invoice.kind == InvoiceKind::CreditNote {
        return Err(Error::Refused(format!("{} is a credit note, of which nobody is reminded", invoice.name())));
    }
    let is_held = tx.reminders_held_at(invoice.id)?.is_some();
    if is_held != held {
        tx.hold_reminders(invoice.id, held)?;
        tx.record(&change(if held { "hold" } else { "release" }, &invoice).field("reminders_held", is_held, held))?;
    }
    Ok(invoice)
}

fn save_lines(tx: &mut Tx<'_>, mut draft: Invoice, lines: &[DraftLine], change: Change) -> Result<Invoice> {
    tx.set_invoice_lines(draft.id, lines)?;
    draft.updated_at = tx.at();
    tx.update_invoice(&draft)?;
    record(tx, change, draft.id)?;
    tx.invoice_of(draft.id)
}

fn with_free_lines(tx: &Tx<'_>, name: &str) -> Result<Invoice> {
    let draft = open_draft(tx, name)?;
    if draft.details.top_up.is_some() {
        return Err(Error::Refused(format!("draft {} is a top-up, whose line is fixed", draft.id)));
    }
    Ok(draft)
}

fn draft_line(line: NewLine, currency: Currency) -> Result<DraftLine> {
    let NewLine { description, period, quantity, quantity_unit, unit_price } = line;
    if quantity == Money::ZERO {
        return Err(Error::invalid("quantity", quantity, Invalid::rule("must not be zero")));
    }
    if let Some(BilledPeriod { first, last }) = period.filter(|period| period.last < period.first) {
        return Err(Error::invalid("period", format!("{first}..{last}"), Invalid::rule("must end after it begins")));
    }
    let net = rounding::product(quantity, unit_price, currency);
    let net = net.ok_or(Error::Overflow { what: "the net amount of the line" })?;
    Ok(DraftLine { description, period, quantity, quantity_unit, unit_price, net, credited_line: None })
}

fn check_top_up(TopUp { unit, amount }: TopUp) -> Result<()> {
    if amount <= Money::ZERO {
        return Err(Error::invalid("amount", amount, Invalid::rule("must be positive")));
    }
    unit.check(amount).map(drop).map_err(|rule| Error::invalid("amount", amount, rule))
}

pub(super) fn parsed<T: std::str::FromStr<Err = Invalid>>(field: &'static str, text: &str) -> Result<T> {
    text.parse().map_err(|rule| Error::invalid(field, text, rule))
}
