//! How invoices and their lines are printed: their columns.

use jiff::civil::Date;
use ssgctl::model::invoice::{ExportRun, InvoiceEmail, InvoiceLine, IssuedInvoice, TaxSubtotal};
use ssgctl::model::{Currency, Money, Unit};
use ssgctl::report::InvoiceSummary;

use crate::context::Context;
use crate::output::{Cell, Column, Row};

/// A cell of what an invoice became; empty for a draft.
fn of_issued<'a>(summary: &'a InvoiceSummary, cell: impl FnOnce(&'a IssuedInvoice) -> Cell<'a>) -> Cell<'a> {
    summary.invoice.issued.as_ref().map_or(Cell::Empty, cell)
}

fn amount(summary: &InvoiceSummary, amount: Money) -> Cell<'_> {
    Cell::amount(Unit::Currency(summary.invoice.currency), amount)
}

impl Row for InvoiceSummary {
    const NAME: &str = "invoice";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("invoice", |s: &Self| Cell::shown(s.invoice.name())).essential(),
        Column::detail("id", |s: &Self| Cell::number(s.invoice.id)).id(),
        Column::detail("number", |s| of_issued(s, |issued| Cell::text(&issued.number))),
        Column::new("customer", |s: &Self| Cell::text(&s.invoice.customer)).essential(),
        Column::detail("organisation", |s: &Self| Cell::text(&s.invoice.organisation)).text(),
        Column::new("kind", |s: &Self| Cell::text(s.invoice.kind.as_str())).minor(),
        Column::new("state", |s: &Self| Cell::text(s.state.as_str())).state().essential(),
        Column::new("net", |s: &Self| amount(s, s.invoice.net)).minor(),
        Column::detail("tax", |s| of_issued(s, |issued| amount(s, issued.tax))),
        Column::new("gross", |s: &Self| of_issued(s, |issued| amount(s, issued.gross))).essential(),
        Column::new("open", |s: &Self| of_issued(s, |issued| amount(s, issued.open()))).essential(),
        Column::new("currency", |s: &Self| Cell::text(s.invoice.currency.code())).essential(),
        Column::detail("issued_on", |s| of_issued(s, |issued| Cell::shown(issued.issued_on))),
        Column::new("due_on", |s| of_issued(s, |issued| Cell::shown(issued.due_on))),
        Column::detail("days_overdue", |s| Cell::maybe_number(s.days_overdue)),
        Column::detail("sent_at", |s| Cell::maybe_time(s.invoice.sent_at)),
        Column::detail("credited", |s| of_issued(s, |issued| amount(s, issued.credited))),
        Column::detail("written_off", |s| of_issued(s, |issued| amount(s, issued.written_off))),
        Column::detail("first_day", |s| s.invoice.details.period.map_or(Cell::Empty, |p| Cell::shown(p.first))),
        Column::detail("last_day", |s| s.invoice.details.period.map_or(Cell::Empty, |p| Cell::shown(p.last))),
        Column::detail("top_up", |s| {
            s.invoice.details.top_up.map_or(Cell::Empty, |top_up| Cell::amount(top_up.unit, top_up.amount))
        }),
        Column::detail("top_up_unit", |s| {
            s.invoice.details.top_up.map_or(Cell::Empty, |top_up| Cell::text(top_up.unit.code()))
        }),
        Column::detail("tax_category", |s| s.invoice.details.tax_category.map_or(Cell::Empty, Cell::shown)),
        Column::detail("buyer_reference", |s| Cell::maybe(s.invoice.details.buyer_reference.as_ref())),
        Column::detail("credits", |s: &Self| Cell::maybe_number(s.invoice.credits)).id(),
        Column::detail("credit_reason", |s: &Self| Cell::maybe(s.invoice.credit_reason.as_ref())).text(),
        Column::detail("entry", |s: &Self| {
            Cell::maybe_number(s.invoice.issued.as_ref().and_then(|issued| issued.entry))
        })
        .id(),
        Column::detail("receivable", |s: &Self| of_issued(s, |issued| Cell::number(issued.receivable))).id(),
        Column::detail("created_at", |s| Cell::Time(s.invoice.created_at)),
        Column::detail("updated_at", |s| Cell::Time(s.invoice.updated_at)),
        Column::detail("cancelled_at", |s| Cell::maybe_time(s.invoice.cancelled_at)),
        Column::detail("issued_at", |s| Cell::maybe_time(s.invoice.issued.as_ref().map(|issued| issued.issued_at))),
    ];
}

/// The day in the zone of invoices.
pub(crate) fn today(context: &Context) -> Date {
    ssgctl::model::invoice::day_in(&context.settings.invoices.zone(), ssgctl::store::Clock::System.now())
}

/// A line as an invoice shows it.
pub(super) struct LineRow {
    pub(super) number: usize,
    pub(super) line: InvoiceLine,
    pub(super) currency: Currency,
}

impl Row for LineRow {
    const NAME: &str = "line";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("line", |l| Cell::number(i64::try_from(l.number).unwrap_or(i64::MAX))),
        Column::new("description", |l: &Self| Cell::text(&l.line.description)).prose().essential(),
        Column::new("quantity", |l| Cell::Amount(l.line.quantity.to_string())),
        Column::new("quantity_unit", |l| Cell::maybe(l.line.quantity_unit.as_ref())),
        Column::new("unit_price", |l| Cell::amount(Unit::Currency(l.currency), l.line.unit_price)),
        Column::new("line_net", |l: &Self| Cell::amount(Unit::Currency(l.currency), l.line.net)).essential(),
        Column::detail("category", |l| Cell::shown(l.line.category)),
        Column::detail("rate", |l| Cell::Amount(l.line.rate.to_string())),
        Column::detail("line_first_day", |l| l.line.period.map_or(Cell::Empty, |period| Cell::shown(period.first))),
        Column::detail("line_last_day", |l| l.line.period.map_or(Cell::Empty, |period| Cell::shown(period.last))),
    ];
}

/// The tax of a category and rate.
pub(super) struct TaxRow {
    pub(super) subtotal: TaxSubtotal,
    pub(super) currency: Currency,
}

impl Row for TaxRow {
    const NAME: &str = "tax_category";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("tax_category", |t| Cell::shown(t.subtotal.category)),
        Column::new("rate", |t| Cell::Amount(t.subtotal.rate.to_string())),
        Column::new("taxed", |t| Cell::amount(Unit::Currency(t.currency), t.subtotal.net)),
        Column::new("tax", |t| Cell::amount(Unit::Currency(t.currency), t.subtotal.tax)),
        Column::new("wording", |t: &Self| Cell::maybe(t.subtotal.wording.as_ref())).prose(),
    ];
}

/// What settles an invoice, or what a credit note settles.
pub(super) struct SettledRow {
    pub(super) entry: ssgctl::model::invoice::Receivable,
    pub(super) amount: Money,
}

impl Row for SettledRow {
    const NAME: &str = "receivable";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("receivable", |s: &Self| Cell::number(s.entry.id)).id(),
        Column::new("kind", |s| Cell::text(s.entry.booking.kind.as_str())),
        Column::new("booked_on", |s| Cell::shown(s.entry.booking.booked_on)),
        Column::new("amount", |s: &Self| Cell::amount(Unit::Currency(s.entry.booking.currency), s.amount)).essential(),
        Column::new("description", |s: &Self| Cell::text(&s.entry.booking.description)).text(),
        Column::new("reference", |s| Cell::maybe(s.entry.booking.reference.as_ref())),
    ];
}

/// An email about an invoice.
impl Row for InvoiceEmail {
    const NAME: &str = "email";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("email", |e: &Self| Cell::number(e.email_id)).id(),
        Column::new("kind", |e| Cell::text(e.kind.as_str())),
        Column::new("level", |e| e.level.map_or(Cell::Empty, Cell::shown)),
        Column::new("recipient", |e: &Self| Cell::email(&e.recipient)).essential(),
        Column::new("state", |e: &Self| Cell::text(e.state.as_str())).state().essential(),
        Column::new("queued_at", |e| Cell::Time(e.queued_at)),
        Column::new("sent_at", |e| Cell::maybe_time(e.sent_at)),
    ];
}

/// A run of `ssgctl invoice export`.
impl Row for ExportRun {
    const NAME: &str = "run";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("run", |run| Cell::number(run.id)),
        Column::new("program", |run| Cell::text(run.program.as_str())),
        Column::new("export_first_day", |run| Cell::shown(run.first_day)),
        Column::new("export_last_day", |run| Cell::shown(run.last_day)),
        Column::new("actor", |run| Cell::text(&run.actor)),
        Column::new("at", |run| Cell::Time(run.at)),
    ];
}
