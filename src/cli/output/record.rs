//! Lays out a record as lines of keys and values.

use anstyle::Style;
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

/// The text of a cell: for people if it is for a terminal.
pub(super) fn text_of(cell: &Cell<'_>, kind: ColumnKind, is_for_terminal: bool) -> String {
    let text = if is_for_terminal { cell.for_people(kind) } else { cell.for_reading() };
    visible(&text).into_owned()
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
