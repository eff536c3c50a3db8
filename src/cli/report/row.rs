//! What reports sum up, as rows.

use ssgctl::model::{EntryKind, MessageState, Money, Unit};
use ssgctl::report::{TrafficLine, UnitTotal};

use crate::output::{Cell, Column, Row};

/// A unit's total, and the sum that was checked to fit.
pub(super) struct Total {
    pub(super) unit: UnitTotal,
    pub(super) total: Money,
}

impl Row for Total {
    const NAME: &str = "unit";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("unit", |t| Cell::text(t.unit.unit.code())),
        Column::new("balances", |t| Cell::number(t.unit.balances)),
        Column::new("in_credit", |t| Cell::amount(t.unit.unit, t.unit.in_credit)),
        Column::new("overdrawn", |t| Cell::amount(t.unit.unit, t.unit.overdrawn)),
        Column::new("total", |t| Cell::amount(t.unit.unit, t.total)),
    ];
}

/// What the entries of one kind added up to in a statement.
pub(super) struct KindTotal {
    pub(super) unit: Unit,
    pub(super) kind: EntryKind,
    pub(super) entries: u64,
    pub(super) amount: Money,
}

impl Row for KindTotal {
    const NAME: &str = "kind";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("kind", |t| Cell::text(t.kind.as_str())),
        Column::new("entries", |t| Cell::number(t.entries)),
        Column::new("amount", |t| Cell::amount(t.unit, t.amount)),
    ];
}

/// A line of traffic, or the last one, which adds up the others and says so in the column that it is given.
pub(super) struct TrafficRow {
    pub(super) line: TrafficLine,
    pub(super) total_in: Option<&'static str>,
}

impl TrafficRow {
    fn named<'a>(&'a self, key: &str, cell: impl FnOnce(&'a TrafficLine) -> Cell<'a>) -> Cell<'a> {
        if self.total_in == Some(key) { Cell::text("total") } else { cell(&self.line) }
    }

    fn slot(&self, key: &str) -> Cell<'_> {
        self.named(key, |line| line.slot.as_ref().map_or(Cell::Empty, |slot| Cell::shown(slot.name())))
    }

    fn state(&self, state: MessageState) -> Cell<'_> {
        Cell::number(self.line.sums.counts.of(state))
    }
}

impl Row for TrafficRow {
    const NAME: &str = "day";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("hour", |r| r.slot("hour")),
        Column::new("day", |r| r.slot("day")),
        Column::new("month", |r| r.slot("month")),
        Column::new("customer", |r| r.named("customer", |line| Cell::maybe(line.customer.as_ref()))),
        Column::new("system_id", |r| r.named("system_id", |line| Cell::maybe(line.system_id.as_ref()))),
        Column::new("service", |r| r.named("service", |line| Cell::maybe(line.service.as_ref()))),
        Column::new("country", |r| r.named("country", |line| Cell::maybe(line.country.as_ref()))),
        Column::new("state", |r| {
            r.named("state", |line| line.state.map_or(Cell::Empty, |state| Cell::text(state.as_str())))
        }),
        Column::new("messages", |r| Cell::number(r.line.sums.messages())),
        Column::new("parts", |r| Cell::number(r.line.sums.parts)),
        Column::new("pending", |r| r.state(MessageState::Pending)),
        Column::new("delivered", |r| r.state(MessageState::Delivered)),
        Column::new("expired", |r| r.state(MessageState::Expired)),
        Column::new("undeliverable", |r| r.state(MessageState::Undeliverable)),
        Column::new("unknown", |r| r.state(MessageState::Unknown)),
        Column::new("rejected", |r| r.state(MessageState::Rejected)),
        Column::new("delivery_rate", |r| {
            r.line.sums.delivered_per_mille().map_or(Cell::Empty, |share| Cell::Amount(percent(share)))
        }),
    ];
}

/// So many of a thousand as so many of a hundred.
pub(super) fn percent(per_mille: u64) -> String {
    format!("{}.{}", per_mille / 10, per_mille % 10)
}
