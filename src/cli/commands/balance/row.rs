//! How balances, entries and receipts are printed: their columns.

use ssgctl::model::{Balance, Entry};
use ssgctl::ops::balance::Receipt;
use ssgctl::report::{BalanceAt, BalanceShare};

use crate::output::{Cell, Column, Row};

impl Row for Balance {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |b| Cell::text(&b.customer)),
        Column::detail("organisation", |b| Cell::text(&b.organisation)),
        Column::new("balance", |b| Cell::amount(b.unit, b.balance)),
        Column::new("unit", |b| Cell::text(b.unit.code())),
        Column::new("credit_limit", |b| Cell::amount(b.unit, b.credit_limit)),
        Column::new("upper", |b| Cell::maybe_amount(b.unit, b.upper)),
        Column::new("lower", |b| Cell::maybe_amount(b.unit, b.lower)),
        Column::new("state", |b| b.state.map_or(Cell::Empty, |state| Cell::text(state.as_str()))),
        Column::new("updated_at", |b| Cell::Time(b.updated_at)),
    ];
}

impl Row for Entry {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |e| Cell::number(e.id)),
        Column::new("at", |e| Cell::Time(e.at)),
        Column::new("customer", |e| Cell::text(&e.customer)),
        Column::new("kind", |e| Cell::text(e.posting.kind.as_str())),
        Column::new("amount", |e| Cell::amount(e.posting.unit, e.posting.amount)),
        Column::new("balance_after", |e| Cell::amount(e.posting.unit, e.balance_after)),
        Column::new("unit", |e| Cell::text(e.posting.unit.code())),
        Column::new("description", |e| Cell::text(&e.posting.description)),
        Column::detail("reference", |e| Cell::maybe(e.posting.reference.as_ref())),
        Column::detail("key", |e| Cell::maybe(e.posting.key.as_ref())),
        Column::detail("reverses", |e| Cell::maybe_number(e.posting.reverses)),
        Column::detail("counterpart", |e| Cell::maybe_number(e.counterpart)),
        Column::new("actor", |e| Cell::text(&e.origin.actor)),
        Column::detail("uid", |e| Cell::number(e.origin.uid)),
        Column::detail("sudo_user", |e| Cell::maybe(e.origin.sudo_user.as_ref())),
        Column::detail("reason", |e| Cell::maybe(e.origin.reason.as_ref())),
        Column::detail("command", |e| Cell::text(&e.origin.command)),
        Column::detail("version", |e| Cell::text(&e.origin.version)),
        Column::detail("hash", |e| Cell::shown(e.hash)),
    ];
}

/// A receipt has the same fields whether its entry was posted now or, under the same key, before; `replayed` says
/// which.
impl Row for Receipt {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |r| Cell::number(r.entry.id)),
        Column::new("customer", |r| Cell::text(&r.entry.customer)),
        Column::new("amount", |r| Cell::amount(r.entry.posting.unit, r.entry.posting.amount)),
        Column::new("balance_after", |r| Cell::amount(r.entry.posting.unit, r.entry.balance_after)),
        Column::new("unit", |r| Cell::text(r.entry.posting.unit.code())),
        Column::new("description", |r| Cell::text(&r.entry.posting.description)),
        Column::detail("reference", |r| Cell::maybe(r.entry.posting.reference.as_ref())),
        Column::detail("key", |r| Cell::maybe(r.entry.posting.key.as_ref())),
        Column::detail("kind", |r| Cell::text(r.entry.posting.kind.as_str())),
        Column::detail("reverses", |r| Cell::maybe_number(r.entry.posting.reverses)),
        Column::detail("counterpart", |r| Cell::maybe_number(r.entry.counterpart)),
        Column::detail("actor", |r| Cell::text(&r.entry.origin.actor)),
        Column::detail("at", |r| Cell::Time(r.entry.at)),
        Column::new("replayed", |r| Cell::Flag(r.replayed)),
    ];
}

impl Row for BalanceAt {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |b| Cell::text(&b.customer)),
        Column::new("balance", |b| Cell::amount(b.unit, b.balance)),
        Column::new("unit", |b| Cell::text(b.unit.code())),
        Column::new("before", |b| Cell::Time(b.before)),
        Column::new("entry", |b| Cell::maybe_number(b.entry)),
    ];
}

impl Row for BalanceShare {
    const NAME: &str = "kind";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("unit", |s| Cell::text(s.unit.code())),
        Column::new("kind", |s| Cell::text(s.kind.as_str())),
        Column::new("reference", |s| Cell::maybe(s.reference.as_ref())),
        Column::new("entries", |s| Cell::number(s.entries)),
        Column::new("added", |s| Cell::maybe_amount(s.unit, s.added)),
        Column::new("taken", |s| Cell::maybe_amount(s.unit, s.taken)),
        Column::new("first_at", |s| Cell::Time(s.first_at)),
        Column::new("last_at", |s| Cell::Time(s.last_at)),
    ];
}
