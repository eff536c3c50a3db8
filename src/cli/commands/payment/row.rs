//! How entries of the ledger of receivables are printed: their columns.

use ssgctl::model::Unit;
use ssgctl::model::invoice::{Invoice, Receivable};
use ssgctl::ops::payment::PaymentReceipt;

use crate::output::{Cell, Column, Row};

fn unit(entry: &Receivable) -> Unit {
    Unit::Currency(entry.booking.currency)
}

impl Row for Receivable {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |r| Cell::number(r.id)),
        Column::new("booked_on", |r| Cell::shown(r.booking.booked_on)),
        Column::new("customer", |r| Cell::text(&r.customer)),
        Column::new("kind", |r| Cell::text(r.booking.kind.as_str())),
        Column::new("amount", |r| Cell::amount(unit(r), r.booking.amount)),
        Column::detail("balance_after", |r| Cell::amount(unit(r), r.balance_after)),
        Column::new("unallocated", |r| Cell::amount(unit(r), r.unallocated())),
        Column::new("currency", |r| Cell::text(r.booking.currency.code())),
        Column::new("description", |r| Cell::text(&r.booking.description)),
        Column::detail("invoice_id", |r| Cell::maybe_number(r.booking.invoice)),
        Column::detail("reverses", |r| Cell::maybe_number(r.booking.reverses)),
        Column::detail("reference", |r| Cell::maybe(r.booking.reference.as_ref())),
        Column::detail("key", |r| Cell::maybe(r.booking.key.as_ref())),
        Column::detail("actor", |r| Cell::text(&r.origin.actor)),
        Column::detail("reason", |r| Cell::maybe(r.origin.reason.as_ref())),
        Column::detail("command", |r| Cell::text(&r.origin.command)),
        Column::detail("at", |r| Cell::Time(r.at)),
        Column::detail("hash", |r| Cell::shown(r.hash)),
    ];
}

/// A receipt has the same fields whether its entry was booked now or, under the same key, before; `replayed` says which.
impl Row for PaymentReceipt {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |r| Cell::number(r.entry.id)),
        Column::new("customer", |r| Cell::text(&r.entry.customer)),
        Column::new("kind", |r| Cell::text(r.entry.booking.kind.as_str())),
        Column::new("amount", |r| Cell::amount(unit(&r.entry), r.entry.booking.amount)),
        Column::new("unallocated", |r| Cell::amount(unit(&r.entry), r.entry.unallocated())),
        Column::detail("balance_after", |r| Cell::amount(unit(&r.entry), r.entry.balance_after)),
        Column::new("currency", |r| Cell::text(r.entry.booking.currency.code())),
        Column::new("invoices", |r| Cell::shown_list(r.invoices.iter().map(Invoice::name))),
        Column::detail("booked_on", |r| Cell::shown(r.entry.booking.booked_on)),
        Column::detail("description", |r| Cell::text(&r.entry.booking.description)),
        Column::detail("reference", |r| Cell::maybe(r.entry.booking.reference.as_ref())),
        Column::detail("key", |r| Cell::maybe(r.entry.booking.key.as_ref())),
        Column::detail("reverses", |r| Cell::maybe_number(r.entry.booking.reverses)),
        Column::new("replayed", |r| Cell::Flag(r.replayed)),
    ];
}
