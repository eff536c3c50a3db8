//! How traffic imports, their summaries and messages are printed: their columns.

use ssgctl::model::{Import, MessageRecord, day_of};
use ssgctl::ops::balance::PostedCharges;
use ssgctl::traffic::TrafficSummary;

use crate::output::{Cell, Column, Row};

fn day(day: Option<i32>) -> Cell<'static> {
    day.map_or(Cell::Empty, |day| Cell::shown(day_of(day)))
}

impl Row for TrafficSummary {
    const NAME: &str = "file";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("import", |s: &Self| Cell::number(s.import)).id(),
        Column::new("file", |s: &Self| Cell::text(&s.file)).file().essential(),
        Column::detail("dialect", |s| Cell::text(s.dialect)),
        Column::new("read", |s: &Self| Cell::number(s.tally.rows())).essential(),
        Column::new("new", |s: &Self| Cell::number(s.tally.new)).essential(),
        Column::new("updated", |s: &Self| Cell::number(s.tally.updated)).only_if_any(),
        Column::new("duplicate", |s: &Self| Cell::number(s.tally.duplicate)).only_if_any(),
        Column::new("rejected", |s: &Self| Cell::number(s.tally.rejected)).only_if_any(),
        Column::new("skipped", |s: &Self| Cell::number(s.tally.skipped)).only_if_any(),
        Column::new("refused", |s: &Self| Cell::number(s.tally.refused)).only_if_any(),
        Column::new("charged", |s: &Self| Cell::amounts(&s.charges)).essential(),
        Column::detail("first_day", |s| day(s.days.map(|days| days.0))),
        Column::detail("last_day", |s| day(s.days.map(|days| days.1))),
    ];
}

impl Row for PostedCharges {
    const NAME: &str = "entries";
    const COLUMNS: &[Column<Self>] =
        &[Column::new("entries", |p| Cell::number(p.entries)), Column::new("charged", |p| Cell::amounts(&p.charges))];
}

impl Row for Import {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("id", |i: &Self| Cell::number(i.id)).id(),
        Column::new("begun_at", |i| Cell::Time(i.begun_at)),
        Column::detail("ended_at", |i| Cell::maybe_time(i.ended_at)),
        Column::new("file", |i: &Self| Cell::text(&i.manifest.file)).file(),
        Column::detail("sha256", |i| Cell::shown(i.manifest.sha256)),
        Column::detail("size", |i| Cell::number(i.manifest.size)),
        Column::new("dialect", |i: &Self| Cell::text(&i.manifest.dialect)).minor(),
        Column::new("state", |i: &Self| Cell::text(i.state.as_str())).state().essential(),
        Column::new("read", |i| Cell::number(i.tally.rows())),
        Column::new("new", |i| Cell::number(i.tally.new)),
        Column::new("updated", |i: &Self| Cell::number(i.tally.updated)).minor().only_if_any(),
        Column::new("duplicate", |i: &Self| Cell::number(i.tally.duplicate)).minor().only_if_any(),
        Column::detail("rejected", |i| Cell::number(i.tally.rejected)),
        Column::detail("skipped", |i| Cell::number(i.tally.skipped)),
        Column::detail("refused", |i| Cell::number(i.tally.refused)),
        Column::new("charged", |i: &Self| Cell::amounts(&i.charges)).essential(),
        Column::detail("charging", |i| Cell::Flag(i.manifest.charging)),
        Column::detail("first_day", |i| day(i.days.map(|days| days.0))),
        Column::detail("last_day", |i| day(i.days.map(|days| days.1))),
        Column::detail("options", |i| Cell::text(&i.manifest.options)),
        Column::new("actor", |i: &Self| Cell::text(&i.actor)).minor(),
    ];
}

impl Row for MessageRecord {
    const NAME: &str = "message_id";
    const COLUMNS: &[Column<Self>] = &[
        // Not in a table: the user has just typed the ID, and a narrow terminal has no room for it.
        Column::detail("message_id", |m| Cell::shown(&m.id)),
        Column::new("submitted_at", |m| Cell::Time(m.submitted_at)),
        Column::new("system_id", |m: &Self| Cell::text(m.system_id.as_str())).minor(),
        Column::new("customer", |m| Cell::text(m.customer.as_str())),
        Column::new("destination", |m: &Self| Cell::shown(&m.destination)).essential(),
        Column::detail("country", |m| Cell::maybe(m.destination.country())),
        Column::detail("network", |m| m.network.map_or(Cell::Empty, Cell::shown)),
        Column::new("state", |m: &Self| Cell::text(m.state.as_str())).state().essential(),
        Column::detail("parts", |m| Cell::number(m.parts)),
        Column::detail("price", |m| Cell::maybe_amount(m.unit, m.price)),
        Column::new("charge", |m: &Self| Cell::amount(m.unit, m.charge)).essential(),
        Column::detail("reserved", |m| Cell::maybe_amount(m.unit, m.reserved)),
        Column::new("unit", |m: &Self| Cell::shown(m.unit)).essential(),
        Column::detail("plan", |m| Cell::maybe(m.plan_price.as_ref().map(|found| found.plan.as_str()))),
        Column::detail("price_destination", |m| {
            m.plan_price.as_ref().map_or(Cell::Empty, |found| Cell::shown(&found.destination))
        }),
        Column::detail("price_of_part", |m| Cell::maybe_amount(m.unit, m.plan_price.as_ref().map(|found| found.price))),
        Column::detail("price_id", |m: &Self| {
            m.plan_price.as_ref().map_or(Cell::Empty, |found| Cell::number(found.price_id))
        })
        .id(),
        Column::detail("reprice", |m: &Self| Cell::maybe_number(m.reprice_id)).id(),
        Column::detail("import", |m: &Self| Cell::number(m.import_id)).id(),
        Column::detail("import_state", |m: &Self| Cell::text(m.import_state.as_str())).state(),
        Column::detail("file", |m: &Self| Cell::text(&m.file)).file(),
    ];
}
