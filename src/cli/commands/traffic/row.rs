//! How traffic imports, their summaries and messages are printed: their columns.

use ssgctl::model::{Import, MessageRecord, Money, Unit, day_of};
use ssgctl::ops::balance::PostedCharges;
use ssgctl::traffic::TrafficSummary;

use crate::output::{Cell, Column, Row};

/// Amounts with their units, such as `120 SMS`.
fn amounts(charges: &[(Unit, Money)]) -> Cell<'_> {
    Cell::shown_list(charges.iter().map(|(unit, amount)| format!("{} {unit}", unit.format(*amount))))
}

fn day(day: Option<i32>) -> Cell<'static> {
    day.map_or(Cell::Empty, |day| Cell::shown(day_of(day)))
}

impl Row for TrafficSummary {
    const NAME: &str = "file";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("import", |s| Cell::number(s.import)),
        Column::new("file", |s| Cell::text(&s.file)),
        Column::detail("dialect", |s| Cell::text(s.dialect)),
        Column::new("read", |s| Cell::number(s.tally.rows())),
        Column::new("new", |s| Cell::number(s.tally.new)),
        Column::new("updated", |s| Cell::number(s.tally.updated)),
        Column::new("duplicate", |s| Cell::number(s.tally.duplicate)),
        Column::new("rejected", |s| Cell::number(s.tally.rejected)),
        Column::new("skipped", |s| Cell::number(s.tally.skipped)),
        Column::new("refused", |s| Cell::number(s.tally.refused)),
        Column::new("charged", |s| amounts(&s.charges)),
        Column::detail("first_day", |s| day(s.days.map(|days| days.0))),
        Column::detail("last_day", |s| day(s.days.map(|days| days.1))),
    ];
}

impl Row for PostedCharges {
    const NAME: &str = "entries";
    const COLUMNS: &[Column<Self>] =
        &[Column::new("entries", |p| Cell::number(p.entries)), Column::new("charged", |p| amounts(&p.charges))];
}

impl Row for Import {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |i| Cell::number(i.id)),
        Column::new("begun_at", |i| Cell::Time(i.begun_at)),
        Column::detail("ended_at", |i| Cell::maybe_time(i.ended_at)),
        Column::new("file", |i| Cell::text(&i.manifest.file)),
        Column::detail("sha256", |i| Cell::shown(i.manifest.sha256)),
        Column::detail("size", |i| Cell::number(i.manifest.size)),
        Column::new("dialect", |i| Cell::text(&i.manifest.dialect)),
        Column::new("state", |i| Cell::text(i.state.as_str())),
        Column::new("read", |i| Cell::number(i.tally.rows())),
        Column::new("new", |i| Cell::number(i.tally.new)),
        Column::new("updated", |i| Cell::number(i.tally.updated)),
        Column::new("duplicate", |i| Cell::number(i.tally.duplicate)),
        Column::detail("rejected", |i| Cell::number(i.tally.rejected)),
        Column::detail("skipped", |i| Cell::number(i.tally.skipped)),
        Column::detail("refused", |i| Cell::number(i.tally.refused)),
        Column::new("charged", |i| amounts(&i.charges)),
        Column::detail("charging", |i| Cell::Flag(i.manifest.charging)),
        Column::detail("first_day", |i| day(i.days.map(|days| days.0))),
        Column::detail("last_day", |i| day(i.days.map(|days| days.1))),
        Column::detail("options", |i| Cell::text(&i.manifest.options)),
        Column::new("actor", |i| Cell::text(&i.actor)),
    ];
}

impl Row for MessageRecord {
    const NAME: &str = "message_id";
    const COLUMNS: &[Column<Self>] = &[
        // Not in a table: the user has just typed the ID, and a narrow terminal has no room for it.
        Column::detail("message_id", |m| Cell::shown(&m.id)),
        Column::new("submitted_at", |m| Cell::Time(m.submitted_at)),
        Column::new("system_id", |m| Cell::text(m.system_id.as_str())),
        Column::new("customer", |m| Cell::text(m.customer.as_str())),
        Column::new("destination", |m| Cell::shown(&m.destination)),
        Column::detail("country", |m| Cell::maybe(m.destination.country())),
        Column::detail("network", |m| m.network.map_or(Cell::Empty, Cell::shown)),
        Column::new("state", |m| Cell::text(m.state.as_str())),
        Column::detail("parts", |m| Cell::number(m.parts)),
        Column::detail("price", |m| Cell::maybe_amount(m.unit, m.price)),
        Column::new("charge", |m| Cell::amount(m.unit, m.charge)),
        Column::detail("reserved", |m| Cell::maybe_amount(m.unit, m.reserved)),
        Column::new("unit", |m| Cell::shown(m.unit)),
        Column::detail("plan", |m| Cell::maybe(m.plan_price.as_ref().map(|found| found.plan.as_str()))),
        Column::detail("price_destination", |m| {
            m.plan_price.as_ref().map_or(Cell::Empty, |found| Cell::shown(&found.destination))
        }),
        Column::detail("price_of_part", |m| Cell::maybe_amount(m.unit, m.plan_price.as_ref().map(|found| found.price))),
        Column::detail("price_id", |m| m.plan_price.as_ref().map_or(Cell::Empty, |found| Cell::number(found.price_id))),
        Column::detail("reprice", |m| Cell::maybe_number(m.reprice_id)),
        Column::detail("import", |m| Cell::number(m.import_id)),
        Column::detail("import_state", |m| Cell::text(m.import_state.as_str())),
        Column::detail("file", |m| Cell::text(&m.file)),
    ];
}
