//! The emails `invoice`, `credit-note`, `pro-forma` and `reminder`, which send invoices and ask for payment.
//!
//! Everything about the document is from its copy, so an email says what the attached file says, whatever the records say now.

use jiff::civil::Date;
use minijinja::context;
use minijinja::value::Value;

use crate::error::{Result, count};
use crate::mail::TemplateRenderer;
use crate::mail::renderer::unit_word;
use crate::mail::values::values_of_customer;
use crate::model::invoice::{Invoice, InvoiceCopy};
use crate::model::{Currency, Money, RenderedEmail, Unit};
use crate::ops::invoice::{InvoiceNotice, Reminder};

impl TemplateRenderer {
    /// Renders an email about an invoice.
    pub fn compose_invoice(&self, notice: &InvoiceNotice<'_>) -> Result<RenderedEmail> {
        let of_copy = context! {
            customer => values_of_customer(notice.customer),
            number => notice.invoice.name(),
            top_up => notice.invoice.details.top_up.map(|top_up| {
                format!("{} {}", top_up.unit.format(top_up.amount), unit_word(top_up.unit.code()))
            }),
            ..values_of_copy(notice.copy)
        };
        let of_reminder = notice.reminder.map(|reminder| values_of_reminder(notice.invoice, reminder));
        self.render_kind(notice.template, &context! { ..of_copy, ..of_reminder.unwrap_or_default() })
    }
}

fn amount(currency: Currency, amount: Money) -> String {
    format!("{} {currency}", Unit::Currency(currency).format(amount))
}

fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// How many days a date is in the past, in words; `None` if it is not.
fn days_since(date: Date, today: Date) -> Option<String> {
    let days = today.since(date).map(|span| span.get_days()).unwrap_or_default();
    u64::try_from(days).ok().filter(|days| *days > 0).map(|days| count(days, "day"))
}

fn values_of_copy(copy: &InvoiceCopy) -> Value {
    let money = |value| amount(copy.currency, value);
    let payment = &copy.payment;
    let mut bank_details: Vec<String> = [
        ("Bank", &payment.bank),
        ("Account holder", &payment.account_holder),
        ("IBAN", &payment.iban),
        ("BIC", &payment.bic),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}: {value}")))
    .collect();
    bank_details.extend(payment.other_details.iter().cloned());
    context! {
        issued_on => day(copy.issued_on),
        due_on => day(payment.due_on),
        net => money(copy.totals.net),
        tax => money(copy.totals.tax),
        gross => money(copy.totals.gross),
        paid => money(copy.totals.paid),
        due => money(copy.totals.due),
        is_payable => copy.totals.due > Money::ZERO,
        reference => payment.reference.to_string(),
        buyer_reference => copy.buyer_reference.as_deref(),
        bank_details,
        credits => copy.credits.as_ref().map(|credits| credits.number.as_str()),
        credit_reason => copy.credits.as_ref().and_then(|credits| credits.reason.as_deref()),
    }
}

fn values_of_reminder(invoice: &Invoice, reminder: &Reminder) -> Value {
    let money = |value| amount(invoice.currency, value);
    let due_on = |invoice: &Invoice| invoice.issued.as_ref().map_or(reminder.today, |issued| issued.due_on);
    let open_invoices = reminder.open_invoices.iter().map(|open| {
        context! {
            number => open.name(),
            due_on => day(due_on(open)),
            open => money(open.open()),
            overdue => days_since(due_on(open), reminder.today),
        }
    });
    context! {
        level => reminder.level.to_string(),
        is_last => reminder.is_last,
        overdue => days_since(due_on(invoice), reminder.today),
        left => days_since(reminder.today, due_on(invoice)),
        open => money(invoice.open()),
        open_invoices => open_invoices.collect::<Vec<Value>>(),
        unallocated => Some(reminder.unallocated).filter(|left| *left > Money::ZERO).map(money),
        owed => money(reminder.owed),
    }
}
