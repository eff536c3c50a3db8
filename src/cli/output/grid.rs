//! Draws the rows of a table at a terminal, with comfy-table.
//!
//! `layout` has decided which columns there are, how wide they are and where cells break: the library knows neither which columns
//! may be left out nor what must never be broken. So it has nothing to wrap, and arranges the lines of cells in columns.

use anstyle::Style;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, ContentLineStyle, Table, TableStyle, Width};

use crate::output::column_layout::ColumnKind;
use crate::output::layout::GAP;
use crate::output::record::state_style;

/// Stands between the cells of a line until these have their colours. No cell contains it, because invisible characters are escaped.
const SEPARATOR: char = '\0';

const STYLE: TableStyle = NOTHING.content_lines(ContentLineStyle::none().junction(SEPARATOR));

/// A column to draw.
#[derive(Debug, Clone, Copy)]
pub(super) struct GridColumn {
    pub(super) width: usize,
    pub(super) kind: ColumnKind,
    /// Whether its cells are aligned to the right.
    pub(super) is_numeric: bool,
}

/// The lines of rows, without trailing spaces and each in this style. No line of a cell may be wider than its column. `colour` says
/// whether states have one. Rows of different styles are drawn one after the other: the widths are given, so they are aligned.
pub(super) fn draw<R>(columns: &[GridColumn], rows: R, style: Style, colour: bool) -> Vec<String>
where
    R: IntoIterator<Item: IntoIterator<Item = String>>,
{
    let mut table = Table::new();
    table.load_style(STYLE);
    table.set_content_arrangement(ContentArrangement::Disabled);
    for row in rows {
        table.add_row(row);
    }
    for (column, GridColumn { width, is_numeric, .. }) in table.column_iter_mut().zip(columns) {
        // The library counts the padding as a part of the width.
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(narrowed(width + GAP))));
        column.set_padding((0, narrowed(GAP)));
        column.set_cell_alignment(if *is_numeric { CellAlignment::Right } else { CellAlignment::Left });
    }
    table.lines().map(|line| finished(&line, columns, style, colour)).collect()
}

/// A line with its colours and without separators and trailing spaces.
fn finished(line: &str, columns: &[GridColumn], style: Style, colour: bool) -> String {
    let mut text = String::with_capacity(line.len());
    for (cell, column) in line.split(SEPARATOR).zip(columns) {
        let value = cell.trim_end();
        let state = if colour { state_style(column.kind, value) } else { Style::new() };
        text.push_str(&styled(value, state));
        text.push_str(&cell[value.len()..]);
    }
    styled(text.trim_end(), style)
}

fn styled(text: &str, style: Style) -> String {
    if style.is_plain() { text.to_owned() } else { format!("{style}{text}{style:#}") }
}

fn narrowed(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(width: usize, kind: ColumnKind, is_numeric: bool) -> GridColumn {
        GridColumn { width, kind, is_numeric }
    }

    fn drawn(rows: &[&[&str]], columns: &[GridColumn], style: Style, colour: bool) -> Vec<String> {
        draw(columns, rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned())), style, colour)
    }

    #[test]
    fn cells_of_several_lines_and_wide_characters_keep_columns_aligned() {
        let columns = [
            column(8, ColumnKind::Prose, false),
            column(6, ColumnKind::Value, true),
            column(4, ColumnKind::Value, false),
        ];
        let rows: [&[&str]; 3] = [&["Café\n\n日本 Ltd", "70.5", "end"], &["", "-1.0", ""], &["👩‍👩‍👧", "5  ", "e\u{301}"]];
        assert_eq!(
            drawn(&rows, &columns, Style::new(), false),
            ["Café        70.5  end", "", "日本 Ltd", "            -1.0", "👩‍👩‍👧           5    e\u{301}"]
        );
    }

    #[test]
    fn only_states_have_colours_also_where_others_say_the_same() {
        let columns = [
            column(6, ColumnKind::Text, false),
            column(7, ColumnKind::State, false),
            column(2, ColumnKind::Value, true),
        ];
        let rows: [&[&str]; 2] = [&["active", "active", "1"], &["日本\nfailed", "failed", "20"]];
        assert_eq!(
            drawn(&rows, &columns, Style::new(), true),
            ["active  \u{1b}[32mactive\u{1b}[0m    1", "日本    \u{1b}[31mfailed\u{1b}[0m   20", "failed"]
        );
        assert_eq!(drawn(&rows[..1], &columns, Style::new(), false), ["active  active    1"]);
        assert_eq!(drawn(&[&["ab", "", ""]], &columns, Style::new().bold(), true), ["\u{1b}[1mab\u{1b}[0m"]);
    }
}
