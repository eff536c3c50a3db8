//! How entries of the ledger of receivables are printed: their columns.

use ssgctl::model::invoice::{Invoice, Receivable};
use ssgctl::model::{Money, Unit};
use ssgctl::ops::payment::{BankEntryResult, PaymentReceipt};

use crate::commands::payment::import::next_command;
use crate::output::{Cell, Column, Row};

fn unit(entry: &Receivable) -> Unit {
    Unit::Currency(entry.booking.currency)
}

/// What the customer owes by an entry; empty for one that reduces it.
fn debit(entry: &Receivable) -> Cell<'_> {
    Cell::maybe_amount(unit(entry), Some(entry.booking.amount).filter(|amount| *amount > Money::ZERO))
}

/// What reduces what the customer owes, such as a payment; without a sign, as statements of account have it.
fn credit(entry: &Receivable) -> Cell<'_> {
    Cell::maybe_amount(unit(entry), entry.booking.amount.checked_neg().filter(|amount| *amount > Money::ZERO))
}

impl Row for Receivable {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |r: &Self| Cell::number(r.id)).id(),
        Column::new("booked_on", |r: &Self| Cell::shown(r.booking.booked_on)).essential(),
        Column::new("customer", |r| Cell::text(&r.customer)),
        Column::new("kind", |r| Cell::text(r.booking.kind.as_str())),
        Column::detail("amount", |r| Cell::amount(unit(r), r.booking.amount)),
        Column::new("debit", |r: &Self| debit(r)).essential(),
        Column::new("credit", |r: &Self| credit(r)).essential(),
        Column::detail("balance_after", |r| Cell::amount(unit(r), r.balance_after)),
        Column::new("unallocated", |r: &Self| Cell::amount(unit(r), r.unallocated())).only_if_any(),
        Column::new("currency", |r: &Self| Cell::text(r.booking.currency.code())).essential(),
        Column::new("description", |r: &Self| Cell::text(&r.booking.description)).text(),
        Column::detail("invoice_id", |r: &Self| Cell::maybe_number(r.booking.invoice)).id(),
        Column::detail("reverses", |r: &Self| Cell::maybe_number(r.booking.reverses)).id(),
        Column::detail("reference", |r| Cell::maybe(r.booking.reference.as_ref())),
        Column::detail("key", |r| Cell::maybe(r.booking.key.as_ref())),
        Column::detail("actor", |r| Cell::text(&r.origin.actor)),
        Column::detail("reason", |r: &Self| Cell::maybe(r.origin.reason.as_ref())).text(),
        Column::detail("command", |r| Cell::text(&r.origin.command)),
        Column::detail("at", |r| Cell::Time(r.at)),
        Column::detail("hash", |r| Cell::shown(r.hash)),
    ];
}

/// A receipt has the same fields whether its entry was booked now or, under the same key, before; `replayed` says which.
impl Row for PaymentReceipt {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |r: &Self| Cell::number(r.entry.id)).id(),
        Column::new("customer", |r| Cell::text(&r.entry.customer)),
        Column::new("kind", |r| Cell::text(r.entry.booking.kind.as_str())),
        Column::detail("amount", |r| Cell::amount(unit(&r.entry), r.entry.booking.amount)),
        Column::new("debit", |r: &Self| debit(&r.entry)).essential(),
        Column::new("credit", |r: &Self| credit(&r.entry)).essential(),
        Column::new("unallocated", |r| Cell::amount(unit(&r.entry), r.entry.unallocated())),
        Column::detail("balance_after", |r| Cell::amount(unit(&r.entry), r.entry.balance_after)),
        Column::new("currency", |r: &Self| Cell::text(r.entry.booking.currency.code())).essential(),
        Column::new("invoices", |r: &Self| Cell::shown_list(r.invoices.iter().map(Invoice::name))).essential(),
        Column::detail("booked_on", |r| Cell::shown(r.entry.booking.booked_on)),
        Column::detail("description", |r: &Self| Cell::text(&r.entry.booking.description)).text(),
        Column::detail("reference", |r| Cell::maybe(r.entry.booking.reference.as_ref())),
        Column::detail("key", |r| Cell::maybe(r.entry.booking.key.as_ref())),
        Column::detail("reverses", |r: &Self| Cell::maybe_number(r.entry.booking.reverses)).id(),
        Column::new("replayed", |r: &Self| Cell::Flag(r.replayed)).minor(),
    ];
}

/// What became of an entry of a bank statement.
impl Row for BankEntryResult {
    const NAME: &str = "key";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("booked_on", |r| Cell::shown(r.entry.booked_on)),
        Column::new("amount", |r: &Self| Cell::amount(Unit::Currency(r.entry.currency), r.entry.amount)).essential(),
        Column::new("currency", |r| Cell::text(r.entry.currency.code())),
        Column::new("payer", |r: &Self| Cell::maybe(r.entry.payer.as_ref())).text(),
        Column::new("outcome", |r: &Self| Cell::text(r.outcome.as_str())).essential(),
        Column::new("invoices", |r: &Self| Cell::shown_list(r.invoices.iter())).essential(),
        Column::detail("customer", |r| Cell::maybe(r.customer.as_ref())),
        Column::detail("matched_by", |r| r.reason.map_or(Cell::Empty, |reason| Cell::text(reason.as_str()))),
        Column::detail("payment", |r| Cell::maybe_number(r.payment.as_ref().map(|payment| payment.id))),
        Column::detail("unallocated", |r| Cell::maybe_amount(Unit::Currency(r.entry.currency), r.unallocated())),
        Column::detail("why", |r| Cell::maybe(r.why.as_ref())),
        Column::detail("payer_account", |r| Cell::maybe(r.entry.payer_account.as_ref())),
        Column::detail("reference", |r| Cell::maybe(r.entry.reference.as_ref())),
        Column::detail("text", |r| Cell::text(&r.entry.text)),
        Column::detail("key", |r| Cell::text(&r.entry.key)),
        Column::detail("next_command", |r| next_command(r).map_or(Cell::Empty, Cell::shown)),
    ];
}
