//! Lays out a record as lines of keys and values.

use anstyle::Style;
use ssgctl::model::Zone;
use unicode_width::UnicodeWidthStr;

use crate::escape::visible;
use crate::output::cell::Cell;
use crate::output::column_layout::ColumnKind;
use crate::output::layout::{GAP, wrapped};
use crate::output::tone;

/// A line of a record.
pub(super) struct FieldLine {
    pub(super) key: &'static str,
    pub(super) kind: ColumnKind,
    pub(super) text: String,
}

/// The text of a cell: for people if it is for a terminal. Times are those of the zone.
pub(super) fn text_of(cell: &Cell<'_>, kind: ColumnKind, is_for_terminal: bool, zone: &Zone) -> String {
    let text = match cell {
        Cell::Time(time) if is_for_terminal => without_seconds(&zone.for_reading(*time)).into(),
        Cell::Time(time) => zone.for_reading(*time).into(),
        _ if is_for_terminal => cell.for_people(kind),
        _ => cell.for_reading(),
    };
    visible(&text).into_owned()
}

/// A time such as `2026-11-24 14:36:41` to the minute. An offset behind it stays.
fn without_seconds(time: &str) -> String {
    const SECONDS: std::ops::Range<usize> = 16..19;
    match (time.get(..SECONDS.start), time.get(SECONDS.end..)) {
        (Some(minutes), Some(offset)) => format!("{minutes}{offset}"),
        _ => time.to_owned(),
    }
}

/// What a title adds if the times below it are not in UTC.
pub(super) fn times_in(zone: &Zone) -> String {
    if zone.is_utc() { String::new() } else { format!(" (times in {zone})") }
}

/// A text followed by the name of the zone of the times next to it, unless that is UTC.
pub(super) fn with_zone(text: &str, zone: &Zone) -> String {
    if zone.is_utc() { text.to_owned() } else { format!("{text} ({zone})") }
}

/// The style of a value, which is plain unless it is a state.
pub(super) fn state_style(kind: ColumnKind, text: &str) -> Style {
    if kind == ColumnKind::State { tone::style_of(text) } else { Style::new() }
}

/// The lines of a record. Values are complete, even if one is a word longer than the terminal is wide.
pub(super) fn field_lines(fields: &[FieldLine], width: Option<usize>, colour: bool) -> Vec<String> {
    let longest = fields.iter().map(|field| field.key.width()).max().unwrap_or_default();
    let room = width.map(|width| width.saturating_sub(longest + GAP).max(1));
    let mut lines = Vec::new();
    for field in fields {
        let texts = match room {
            Some(room) => wrapped(&field.text, room),
            None => field.text.split('\n').map(str::to_owned).collect(),
        };
        let style = if colour { state_style(field.kind, &field.text) } else { Style::new() };
        for (number, text) in texts.into_iter().enumerate() {
            let key = if number == 0 { field.key } else { "" };
            let text = if style.is_plain() { text } else { format!("{style}{text}{style:#}") };
            let line = format!("{key}{:pad$}{text}", "", pad = longest + GAP - key.width());
            lines.push(line.trim_end().to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_zone() {
        let london = "Europe/London".parse().expect("zone");
        let text = |time: &str, is_for_terminal| {
            let cell = Cell::Time(time.parse().expect("time"));
            text_of(&cell, ColumnKind::Value, is_for_terminal, &london)
        };
        assert_eq!(text("2026-07-24T14:36:41Z", true), "2026-07-24 15:36");
        assert_eq!(text("2026-07-24T14:36:41Z", false), "2026-07-24 15:36:41");
        assert_eq!(text("2026-10-25T00:30:00Z", true), "2026-10-25 01:30+01:00");
        assert_eq!((with_zone("at", &london), with_zone("at", &Zone::UTC)), ("at (Europe/London)".into(), "at".into()));
    }

    #[test]
    fn values_of_a_record_are_complete() {
        let hash = "f".repeat(64);
        let field = |key, text: &str| FieldLine { key, kind: ColumnKind::Value, text: text.to_owned() };
        let fields = [field("hash", &hash), field("note", "some words that wrap at their spaces")];
        let lines = field_lines(&fields, Some(30), false);
        assert_eq!(lines[0], format!("hash  {hash}"));
        assert_eq!(lines[1..], ["note  some words that wrap at", "      their spaces"]);
        assert_eq!(field_lines(&fields, None, false).len(), 2);
    }
}
