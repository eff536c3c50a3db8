//! `ssgctl report traffic --compare`: each line next to that of the period before.

use ssgctl::model::Zone;
use ssgctl::model::invoice::day_in;
use ssgctl::report::{Period, TrafficChange, TrafficComparison};

use crate::commands::report::row::TrafficRow;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// A line, and the messages of the period before.
struct ChangeRow {
    row: TrafficRow,
    change: TrafficChange,
}

impl ChangeRow {
    fn new(change: TrafficChange, total_in: Option<&'static str>) -> Self {
        Self { row: TrafficRow { line: change.line.clone(), total_in }, change }
    }

    /// A column that traffic has without a comparison, too.
    fn of_traffic(&self, key: &str) -> Cell<'_> {
        let column = TrafficRow::COLUMNS.iter().find(|column| column.key == key);
        column.map_or(Cell::Empty, |column| (column.cell)(&self.row))
    }
}

impl Row for ChangeRow {
    const NAME: &str = "day";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("hour", |r| r.of_traffic("hour")),
        Column::new("day", |r| r.of_traffic("day")),
        Column::new("month", |r| r.of_traffic("month")),
        Column::new("customer", |r| r.of_traffic("customer")),
        Column::new("system_id", |r| r.of_traffic("system_id")),
        Column::new("service", |r| r.of_traffic("service")),
        Column::new("country", |r| r.of_traffic("country")),
        Column::new("network", |r| r.of_traffic("network")),
        Column::new("state", |r: &Self| r.of_traffic("state")).state(),
        Column::new("messages", |r: &Self| r.of_traffic("messages")).essential(),
        Column::new("messages_before", |r: &Self| Cell::number(r.change.before.messages())).essential(),
        Column::new("difference", |r: &Self| Cell::Number(r.change.difference())).essential(),
        Column::new("change_percent", |r| Cell::change(r.change.change_per_mille())),
        Column::new("rate", |r| r.of_traffic("rate")),
        Column::new("rate_before", |r| Cell::percent(r.change.before.delivered_per_mille())),
    ];
}

/// The columns after the groups.
const COMPARED: [&str; 4] = ["messages", "messages_before", "difference", "change_percent"];
const RATES: [&str; 2] = ["rate", "rate_before"];

/// The columns of a comparison, from those of the groups. Lines of one state have no delivery rate.
pub(super) fn keys(mut groups: Vec<&'static str>) -> Vec<&'static str> {
    let has_state = groups.contains(&"state");
    groups.extend(COMPARED);
    groups.extend(RATES.iter().filter(|_| !has_state));
    groups
}

/// Prints a comparison.
pub(super) fn print(
    comparison: TrafficComparison,
    keys: &[&'static str],
    (before, zone): (Period, &Zone),
    context: &mut Context,
) -> Result<()> {
    let last = day_in(zone, before.until).yesterday().unwrap_or_else(|_| day_in(zone, before.until));
    let last = last.max(day_in(zone, before.from));
    context.note(&format!("compared with {} to {last} ({zone})", day_in(zone, before.from)));
    let mut rows = context.output.table(keys, None)?;
    comparison.changes.into_iter().try_for_each(|change| rows.row(&ChangeRow::new(change, None)))?;
    rows.total(&ChangeRow::new(comparison.total, Some(keys[0])));
    let is_empty = rows.end()?;
    context.note_if_empty(is_empty);
    Ok(())
}
