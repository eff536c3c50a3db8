//! How the lines of reports are printed: their columns.

use jiff::civil::Date;
use ssgctl::model::{EntryKind, MessageState, Money, PlanCode, Unit};
use ssgctl::report::{ChargedBy, OpenItem, Runway, Slot, TrafficLine, UnitTotal, UsageLine};

use crate::output::{Cell, Column, Row};

impl Row for UnitTotal {
    const NAME: &str = "unit";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("unit", |t| Cell::text(t.unit.code())),
        Column::new("balances", |t| Cell::number(t.balances)),
        Column::new("in_credit", |t| Cell::maybe_amount(t.unit, t.in_credit)),
        Column::new("overdrawn", |t| Cell::maybe_amount(t.unit, t.overdrawn)),
        Column::new("total", |t: &Self| Cell::maybe_amount(t.unit, t.total)).essential(),
        Column::new("per_day", |t| Cell::maybe_amount(t.unit, t.per_day())),
    ];
}

/// The sum of the entries of one kind in a statement.
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

/// A line of traffic, or the line of totals: that has "total" in the column `total_in`.
pub(super) struct TrafficRow {
    pub(super) line: TrafficLine,
    pub(super) total_in: Option<&'static str>,
}

impl TrafficRow {
    fn group<'a>(&'a self, key: &str, cell: impl FnOnce(&'a TrafficLine) -> Cell<'a>) -> Cell<'a> {
        if self.total_in == Some(key) { Cell::text("total") } else { cell(&self.line) }
    }

    fn slot(&self, key: &str) -> Cell<'_> {
        self.group(key, |line| line.slot.as_ref().map_or(Cell::Empty, slot))
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
        Column::new("customer", |r| r.group("customer", |line| Cell::maybe(line.customer.as_ref()))),
        Column::new("system_id", |r| r.group("system_id", |line| Cell::maybe(line.system_id.as_ref()))),
        Column::new("service", |r| r.group("service", |line| Cell::maybe(line.service.as_ref()))),
        Column::new("country", |r| r.group("country", |line| Cell::maybe(line.country.as_ref()))),
        Column::new("network", |r| r.group("network", |line| line.network.map_or(Cell::Empty, Cell::shown))),
        Column::new("state", |r: &Self| {
            r.group("state", |line| line.state.map_or(Cell::Empty, |state| Cell::text(state.as_str())))
        })
        .state(),
        Column::new("messages", |r: &Self| Cell::number(r.line.sums.messages())).essential(),
        Column::new("parts", |r: &Self| Cell::number(r.line.sums.parts)).minor(),
        Column::new("pending", |r| r.state(MessageState::Pending)),
        Column::new("delivered", |r: &Self| r.state(MessageState::Delivered)).essential(),
        Column::new("expired", |r| r.state(MessageState::Expired)),
        Column::new("undeliverable", |r| r.state(MessageState::Undeliverable)),
        Column::new("unknown", |r| r.state(MessageState::Unknown)),
        Column::new("rejected", |r: &Self| r.state(MessageState::Rejected)).minor(),
        Column::new("rate", |r: &Self| Cell::percent(r.line.sums.delivered_per_mille())).essential(),
    ];
}

fn slot(slot: &Slot) -> Cell<'static> {
    Cell::Long { data: slot.name(), reading: slot.for_reading() }
}

/// A line of usage, or the line of totals of a unit: that has "total" in the column `total_in`.
pub(super) struct UsageRow {
    pub(super) line: UsageLine,
    pub(super) total_in: Option<&'static str>,
}

impl UsageRow {
    fn group<'a>(&'a self, key: &str, cell: impl FnOnce(&'a TrafficLine) -> Cell<'a>) -> Cell<'a> {
        if self.total_in == Some(key) { Cell::text("total") } else { cell(&self.line.traffic) }
    }

    fn slot(&self, key: &str) -> Cell<'_> {
        self.group(key, |line| line.slot.as_ref().map_or(Cell::Empty, slot))
    }
}

/// The plan of a line, and the price of a message part if its messages had one price.
fn plan_price(line: &TrafficLine) -> Option<(&PlanCode, Option<Money>)> {
    match &line.charged_by {
        Some(ChargedBy::Plan { plan, price, .. }) => Some((plan, *price)),
        Some(ChargedBy::File) | None => None,
    }
}

impl Row for UsageRow {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("day", |r| r.slot("day")),
        Column::new("month", |r| r.slot("month")),
        Column::new("customer", |r| r.group("customer", |line| Cell::maybe(line.customer.as_ref()))),
        Column::new("system_id", |r| r.group("system_id", |line| Cell::maybe(line.system_id.as_ref()))),
        Column::new("service", |r| r.group("service", |line| Cell::maybe(line.service.as_ref()))),
        Column::new("country", |r| r.group("country", |line| Cell::maybe(line.country.as_ref()))),
        Column::new("network", |r| r.group("network", |line| line.network.map_or(Cell::Empty, Cell::shown))),
        Column::new("plan", |r| r.group("plan", |line| Cell::maybe(plan_price(line).map(|(plan, ..)| plan)))),
        Column::new("destination", |r| {
            r.group("destination", |line| match &line.charged_by {
                Some(ChargedBy::Plan { destination, .. }) => Cell::shown(destination),
                Some(ChargedBy::File) => Cell::text("file"),
                None => Cell::Empty,
            })
        }),
        Column::new("price", |r| {
            Cell::maybe_amount(r.line.unit, plan_price(&r.line.traffic).and_then(|(_, price)| price))
        }),
        Column::new("unit", |r: &Self| Cell::text(r.line.unit.code())).essential(),
        Column::new("messages", |r: &Self| Cell::number(r.line.traffic.sums.messages())).essential(),
        Column::new("parts", |r: &Self| Cell::number(r.line.traffic.sums.parts)).minor(),
        Column::new("charge", |r: &Self| Cell::amount(r.line.unit, r.line.charge)).essential(),
    ];
}

impl Row for Runway {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |r| Cell::text(&r.balance.customer)),
        Column::detail("organisation", |r: &Self| Cell::text(&r.balance.organisation)).text(),
        Column::new("balance", |r: &Self| Cell::amount(r.balance.unit, r.balance.balance)).essential(),
        Column::detail("reserved", |r| Cell::amount(r.balance.unit, r.balance.reserved)),
        Column::new("unit", |r: &Self| Cell::text(r.balance.unit.code())).essential(),
        Column::new("per_day", |r| Cell::maybe_amount(r.balance.unit, r.per_day())),
        Column::new("days_left", |r: &Self| r.days_left().map_or(Cell::Empty, Cell::number)).essential(),
        Column::new("credit_limit", |r: &Self| Cell::amount(r.balance.unit, r.balance.credit_limit)).minor(),
        Column::new("upper", |r: &Self| Cell::maybe_amount(r.balance.unit, r.balance.upper)).minor(),
        Column::new("lower", |r: &Self| Cell::maybe_amount(r.balance.unit, r.balance.lower)).minor(),
        Column::new("state", |r: &Self| r.balance.state.map_or(Cell::Empty, Cell::level)).state().essential(),
        Column::detail("updated_at", |r| Cell::Time(r.balance.updated_at)),
    ];
}

/// An entry of receivables of which a part is open.
pub(super) struct OpenItemRow {
    pub(super) item: OpenItem,
    pub(super) as_of: Date,
}

impl Row for OpenItemRow {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |o: &Self| Cell::number(o.item.entry.id)).id(),
        Column::new("kind", |o| Cell::text(o.item.entry.booking.kind.as_str())),
        Column::new("reference", |o| Cell::maybe(o.item.entry.booking.reference.as_ref())),
        Column::new("due_on", |o| o.item.due_on.map_or(Cell::Empty, Cell::shown)),
        Column::new("days_overdue", |o| {
            let days = o.item.due_on.and_then(|due_on| o.as_of.since(due_on).ok()).map(|span| span.get_days());
            Cell::maybe_number(days.filter(|days| *days > 0))
        }),
        Column::new("open", |o: &Self| Cell::amount(Unit::Currency(o.item.entry.booking.currency), o.item.open))
            .essential(),
    ];
}
