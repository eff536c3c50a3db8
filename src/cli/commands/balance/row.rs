//! How balances, entries and receipts are printed: their columns.

use ssgctl::model::{Balance, Entry};
use ssgctl::ops::balance::Receipt;
use ssgctl::report::{BalanceAt, BalanceShare, HistoryLine};

use crate::output::{Cell, Column, Row};

impl Row for Balance {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |b| Cell::text(&b.customer)),
        Column::detail("organisation", |b: &Self| Cell::text(&b.organisation)).text(),
        Column::new("balance", |b: &Self| Cell::amount(b.unit, b.balance)).essential(),
        Column::detail("reserved", |b| Cell::amount(b.unit, b.reserved)),
        Column::new("unit", |b: &Self| Cell::text(b.unit.code())).essential(),
        Column::detail("accrued", |b| Cell::amount(b.unit, b.accrued)),
        Column::new("credit_limit", |b: &Self| Cell::amount(b.unit, b.credit_limit)).minor(),
        Column::new("upper", |b| Cell::maybe_amount(b.unit, b.upper)),
        Column::new("lower", |b| Cell::maybe_amount(b.unit, b.lower)),
        Column::new("state", |b: &Self| b.state.map_or(Cell::Empty, Cell::level)).state(),
        Column::new("updated_at", |b: &Self| Cell::Time(b.updated_at)).minor(),
    ];
}

/// The kind of lines that are not entries: charges that are accrued and not posted yet.
pub(crate) const ACCRUED: &str = "accrued";

/// A cell of an entry; empty for accrued charges.
fn of_entry<'a>(line: &'a HistoryLine, cell: impl FnOnce(&'a Entry) -> Cell<'a>) -> Cell<'a> {
    match line {
        HistoryLine::Entry(entry) => cell(entry),
        HistoryLine::Accrued(_) => Cell::Empty,
    }
}

impl Row for HistoryLine {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |line: &Self| of_entry(line, |e| Cell::number(e.id))).id(),
        Column::new("at", |line: &Self| match line {
            Self::Entry(e) => Cell::Time(e.at),
            Self::Accrued(a) => Cell::Time(a.sum.at),
        })
        .essential(),
        Column::new("customer", |line: &Self| match line {
            Self::Entry(e) => Cell::text(&e.customer),
            Self::Accrued(a) => Cell::text(&a.customer),
        })
        .essential(),
        Column::new("kind", |line: &Self| match line {
            Self::Entry(e) => Cell::text(e.posting.kind.as_str()),
            Self::Accrued(_) => Cell::text(ACCRUED),
        })
        .minor(),
        Column::new("amount", |line: &Self| match line {
            Self::Entry(e) => Cell::amount(e.posting.unit, e.posting.amount),
            Self::Accrued(a) => Cell::amount(a.unit, a.sum.amount),
        })
        .essential(),
        Column::new("balance_after", |line: &Self| match line {
            Self::Entry(e) => Cell::amount(e.posting.unit, e.balance_after),
            Self::Accrued(a) => Cell::amount(a.unit, a.balance),
        })
        .essential(),
        Column::new("unit", |line: &Self| match line {
            Self::Entry(e) => Cell::text(e.posting.unit.code()),
            Self::Accrued(a) => Cell::text(a.unit.code()),
        })
        .essential(),
        Column::new("description", |line: &Self| match line {
            Self::Entry(e) => Cell::text(&e.posting.description),
            Self::Accrued(a) => Cell::shown(format_args!("not posted yet: {}", a.sum.description())),
        })
        .text(),
        Column::detail("reference", |line| of_entry(line, |e| Cell::maybe(e.posting.reference.as_ref()))),
        Column::detail("key", |line| of_entry(line, |e| Cell::maybe(e.posting.key.as_ref()))),
        Column::detail("reverses", |line: &Self| of_entry(line, |e| Cell::maybe_number(e.posting.reverses))).id(),
        Column::detail("counterpart", |line: &Self| of_entry(line, |e| Cell::maybe_number(e.counterpart))).id(),
        Column::new("actor", |line: &Self| of_entry(line, |e| Cell::text(&e.origin.actor))).minor(),
        Column::detail("uid", |line: &Self| of_entry(line, |e| Cell::number(e.origin.uid))).id(),
        Column::detail("sudo_user", |line| of_entry(line, |e| Cell::maybe(e.origin.sudo_user.as_ref()))),
        Column::detail("reason", |line: &Self| of_entry(line, |e| Cell::maybe(e.origin.reason.as_ref()))).text(),
        Column::detail("command", |line| of_entry(line, |e| Cell::text(&e.origin.command))),
        Column::detail("version", |line| of_entry(line, |e| Cell::text(&e.origin.version))),
        Column::detail("hash", |line| of_entry(line, |e| Cell::shown(e.hash))),
    ];
}

/// A receipt has the same fields whether its entry was posted now or, under the same key, before; `replayed` says
/// which.
impl Row for Receipt {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |r: &Self| Cell::number(r.entry.id)).id(),
        Column::new("customer", |r: &Self| Cell::text(&r.entry.customer)).essential(),
        Column::new("amount", |r: &Self| Cell::amount(r.entry.posting.unit, r.entry.posting.amount)).essential(),
        Column::new("balance_after", |r: &Self| Cell::amount(r.entry.posting.unit, r.entry.balance_after)).essential(),
        Column::detail("balance", |r| Cell::amount(r.entry.posting.unit, r.balance)),
        Column::new("unit", |r: &Self| Cell::text(r.entry.posting.unit.code())).essential(),
        Column::new("description", |r: &Self| Cell::text(&r.entry.posting.description)).text(),
        Column::detail("reference", |r| Cell::maybe(r.entry.posting.reference.as_ref())),
        Column::detail("key", |r| Cell::maybe(r.entry.posting.key.as_ref())),
        Column::detail("kind", |r| Cell::text(r.entry.posting.kind.as_str())),
        Column::detail("reverses", |r: &Self| Cell::maybe_number(r.entry.posting.reverses)).id(),
        Column::detail("counterpart", |r: &Self| Cell::maybe_number(r.entry.counterpart)).id(),
        Column::detail("actor", |r| Cell::text(&r.entry.origin.actor)),
        Column::detail("at", |r| Cell::Time(r.entry.at)),
        Column::new("replayed", |r: &Self| Cell::Flag(r.replayed)).minor(),
    ];
}

impl Row for BalanceAt {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |b| Cell::text(&b.customer)),
        Column::new("balance", |b| Cell::amount(b.unit, b.balance)),
        Column::new("unit", |b| Cell::text(b.unit.code())),
        Column::detail("accrued", |b| Cell::amount(b.unit, b.accrued)),
        Column::new("before", |b| Cell::Time(b.before)),
        Column::new("entry", |b: &Self| Cell::maybe_number(b.entry)).id(),
    ];
}

impl Row for BalanceShare {
    const NAME: &str = "kind";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("unit", |s| Cell::text(s.unit.code())),
        Column::new("kind", |s: &Self| Cell::text(s.kind.as_str())).essential(),
        Column::new("reference", |s| Cell::maybe(s.reference.as_ref())),
        Column::new("entries", |s| Cell::number(s.entries)),
        Column::new("added", |s: &Self| Cell::maybe_amount(s.unit, s.added)).essential(),
        Column::new("taken", |s: &Self| Cell::maybe_amount(s.unit, s.taken)).essential(),
        Column::new("first_at", |s: &Self| Cell::Time(s.first_at)).minor(),
        Column::new("last_at", |s: &Self| Cell::Time(s.last_at)).minor(),
    ];
}
