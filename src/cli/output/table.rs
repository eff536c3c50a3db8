//! Lays out tables: aligned columns without borders, and records as lines of keys and values.
//!
//! A terminal gets a table that fits it and is written for reading: `layout` decides what fits, and `grid` draws it. Elsewhere a table
//! has all its columns and complete values, so that a pipe always gets the same.

use std::iter::repeat_n;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use crate::output::cell::Cell;
use crate::output::column_layout::{ColumnKind, ColumnLayout, ColumnNeed};
use crate::output::grid::{self, GridColumn};
use crate::output::layout::{ColumnNeeds, GAP, fit, shortened, wrapped, wrapped_list};
use crate::output::record::{FieldLine, field_lines, state_style, text_of};

/// Rows that are laid out together.
pub(super) struct Page {
    columns: Vec<PageColumn>,
    rows: Vec<Vec<String>>,
    /// The number of rows at the end that are totals of the others.
    totals: usize,
    /// The width of the terminal, if there is one.
    width: Option<usize>,
    /// Whether all columns are shown, because the command line names them.
    shows_all: bool,
}

struct PageColumn {
    key: &'static str,
    layout: ColumnLayout,
    /// Whether it has numbers, which are aligned to the right.
    is_numeric: bool,
    /// Whether it has lists, which may wrap.
    has_lists: bool,
    /// Whether it says anything about any row.
    has_values: bool,
    /// Whether it only repeats what the command line says.
    is_redundant: bool,
}

/// A table that was laid out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LaidOut {
    pub(super) lines: Vec<String>,
    /// The keys of the columns of the table; empty if each record is a block of lines.
    pub(super) shown: Vec<&'static str>,
    /// The keys of the columns with values for which there is no room.
    pub(super) left_out: Vec<&'static str>,
}

impl Page {
    /// An empty page for a terminal of this width, or for anything else.
    pub(super) fn new(columns: impl Iterator<Item = (&'static str, ColumnLayout)>, width: Option<u16>) -> Self {
        let columns = columns.map(|(key, layout)| PageColumn {
            key,
            layout,
            is_numeric: false,
            has_lists: false,
            has_values: false,
            is_redundant: false,
        });
        Self {
            columns: columns.collect(),
            rows: Vec::new(),
            totals: 0,
            width: width.map(usize::from),
            shows_all: false,
        }
    }

    /// Shows all columns, also empty ones.
    pub(super) fn show_all(&mut self) {
        self.shows_all = true;
    }

    /// Leaves out a column on a terminal, because it only repeats what the command line says.
    pub(super) fn omit(&mut self, key: &str) {
        self.columns.iter_mut().filter(|column| column.key == key).for_each(|column| column.is_redundant = true);
    }

    pub(super) fn add<'a>(&mut self, cells: impl Iterator<Item = Cell<'a>>) {
        let is_for_terminal = self.width.is_some();
        let texts = self.columns.iter_mut().zip(cells).map(|(column, cell)| {
            let text = text_of(&cell, column.layout.kind, is_for_terminal);
            column.is_numeric |= cell.is_numeric();
            column.has_lists |= cell.is_list();
            // Amounts of money that are zero have decimals.
            let is_zero = || text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
            column.has_values |= !(text.is_empty() || column.layout.only_if_any && is_zero());
            text
        });
        let row = texts.collect();
        self.rows.push(row);
    }

    /// Adds a row that sums up the others.
    pub(super) fn add_total<'a>(&mut self, cells: impl Iterator<Item = Cell<'a>>) {
        self.add(cells);
        self.totals += 1;
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Takes the rows, so that further rows begin another page with the same columns.
    pub(super) fn take(&mut self) -> Self {
        let columns = self.columns.iter().map(|column| PageColumn { ..*column });
        let next = Self { columns: columns.collect(), rows: Vec::new(), totals: 0, ..*self };
        std::mem::replace(self, next)
    }

    /// The lines of the table, without trailing spaces.
    pub(super) fn lay_out(mut self, headings: bool, colour: bool) -> LaidOut {
        let Some(width) = self.width else {
            let shown = self.columns.iter().map(|column| column.key).collect();
            return LaidOut { lines: self.piped(headings, colour), shown, left_out: Vec::new() };
        };
        self.align_decimal_points();
        let candidates: Vec<usize> = (0..self.columns.len())
            .filter(|place| self.shows_all || self.columns[*place].has_values && !self.columns[*place].is_redundant)
            .collect();
        let needs: Vec<ColumnNeeds> = candidates.iter().map(|place| self.needs(*place, headings)).collect();
        let Some(fitting) = fit(&needs, width) else {
            return LaidOut { lines: self.blocks(width, colour), shown: Vec::new(), left_out: Vec::new() };
        };
        let columns: Vec<_> = fitting.into_iter().map(|(index, width)| (candidates[index], width)).collect();
        let shown: Vec<_> = columns.iter().map(|(place, _)| self.columns[*place].key).collect();
        let keys = candidates.iter().map(|place| self.columns[*place].key);
        let left_out = keys.filter(|key| !shown.contains(key)).collect();
        LaidOut { lines: self.drawn(&columns, headings, colour), shown, left_out }
    }

    fn needs(&self, place: usize, headings: bool) -> ColumnNeeds {
        let PageColumn { key, layout, has_lists, .. } = &self.columns[place];
        let mut need = layout.need;
        if self.shows_all {
            need = ColumnNeed::Essential;
        }
        // comfy-table has no column without a width.
        let mut needs = ColumnNeeds::new(if headings { key } else { " " }, need);
        self.rows.iter().for_each(|row| needs.add(&row[place], layout.kind, *has_lists));
        needs
    }

    /// Pads numbers with spaces after their decimals, so that all points of a column are below each other.
    fn align_decimal_points(&mut self) {
        let decimals = |text: &str| text.rsplit_once('.').map_or(0, |(_, decimals)| decimals.len() + 1);
        for place in (0..self.columns.len()).filter(|place| self.columns[*place].is_numeric) {
            let most = self.rows.iter().map(|row| decimals(&row[place])).max().unwrap_or_default();
            for text in self.rows.iter_mut().map(|row| &mut row[place]).filter(|text| !text.is_empty()) {
                text.extend(repeat_n(' ', most - decimals(text)));
            }
        }
    }

    /// The lines at a terminal of a table with these columns in these widths.
    fn drawn(&self, columns: &[(usize, usize)], headings: bool, colour: bool) -> Vec<String> {
        let bold = if colour { Style::new().bold() } else { Style::new() };
        let grid: Vec<GridColumn> = columns
            .iter()
            .map(|(place, width)| {
                let PageColumn { layout, is_numeric, .. } = self.columns[*place];
                GridColumn { width: *width, kind: layout.kind, is_numeric }
            })
            .collect();
        let headings = headings.then(|| columns.iter().map(|(place, _)| self.columns[*place].key.to_owned()));
        let mut lines = grid::draw(&grid, headings, bold, false);
        let cells = |row: &[String]| -> Vec<String> {
            columns.iter().map(|(place, width)| self.broken(*place, &row[*place], *width)).collect()
        };
        let (rows, totals) = self.rows.split_at(self.rows.len().saturating_sub(self.totals));
        lines.extend(grid::draw(&grid, rows.iter().map(|row| cells(row)), Style::new(), colour));
        if !totals.is_empty() {
            let width = columns.iter().map(|(_, width)| width + GAP).sum::<usize>().saturating_sub(GAP);
            lines.push("─".repeat(width));
            lines.extend(grid::draw(&grid, totals.iter().map(|row| cells(row)), bold, colour));
        }
        lines
    }

    /// A cell at a terminal, broken into lines that fit its column.
    fn broken(&self, place: usize, text: &str, width: usize) -> String {
        let PageColumn { layout, has_lists, .. } = &self.columns[place];
        match layout.kind {
            ColumnKind::Text | ColumnKind::File => shortened(text, width),
            ColumnKind::Prose => wrapped(text, width).join("\n"),
            _ if *has_lists => wrapped_list(text, width).join("\n"),
            _ => text.to_owned(),
        }
    }

    /// The lines of a table in a pipe, where columns are as wide as their cells. comfy-table, which draws what a terminal shows, takes
    /// ten times as long, and what scripts read may be long.
    fn piped(&self, headings: bool, colour: bool) -> Vec<String> {
        let mut widths: Vec<usize> =
            self.columns.iter().map(|column| if headings { column.key.width() } else { 1 }).collect();
        for row in &self.rows {
            widths.iter_mut().zip(row).for_each(|(width, text)| *width = width_of(text).max(*width));
        }
        let bold = if colour { Style::new().bold() } else { Style::new() };
        let mut lines = Vec::with_capacity(self.rows.len() + 1);
        if headings {
            let cells = self.columns.iter().map(|column| vec![column.key]).collect();
            lines.extend(self.aligned(&widths, cells, false).into_iter().map(|line| format!("{bold}{line}{bold:#}")));
        }
        for row in &self.rows {
            let cells = row.iter().map(|text| text.split('\n').collect()).collect();
            lines.extend(self.aligned(&widths, cells, colour));
        }
        lines
    }

    /// The lines of a row in a pipe: for each column the lines of its cell. `colour` says whether states have one.
    fn aligned(&self, widths: &[usize], cells: Vec<Vec<&str>>, colour: bool) -> Vec<String> {
        let height = cells.iter().map(Vec::len).max().unwrap_or_default();
        (0..height)
            .map(|number| {
                let mut line = String::new();
                let mut pending = 0;
                for ((column, width), texts) in self.columns.iter().zip(widths).zip(&cells) {
                    let text = texts.get(number).copied().unwrap_or_default();
                    let space = width.saturating_sub(text.width());
                    let (before, after) = if column.is_numeric { (space, 0) } else { (0, space) };
                    pending += before;
                    // Spaces are written only before a text, so that no line ends in some.
                    let trimmed = text.trim_end();
                    if !trimmed.is_empty() {
                        line.extend(repeat_n(' ', pending));
                        pending = 0;
                        match if colour { state_style(column.layout.kind, trimmed) } else { Style::new() } {
                            state if state.is_plain() => line.push_str(trimmed),
                            state => line.push_str(&format!("{state}{trimmed}{state:#}")),
                        }
                    }
                    pending += text.width() - trimmed.width() + after + GAP;
                }
                line
            })
            .collect()
    }

    /// Each record as a block of lines with its keys and values.
    fn blocks(&self, width: usize, colour: bool) -> Vec<String> {
        let mut lines = Vec::new();
        for row in &self.rows {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            let fields = self.columns.iter().zip(row).filter(|(_, text)| self.shows_all || !text.trim().is_empty());
            let fields: Vec<FieldLine> = fields
                .map(|(column, text)| FieldLine {
                    key: column.key,
                    kind: column.layout.kind,
                    text: text.trim_end().to_owned(),
                })
                .collect();
            lines.extend(field_lines(&fields, Some(width), colour));
        }
        lines
    }
}

/// The lines below a table that name the columns for which it has no room.
pub(super) fn not_shown(left_out: &[&str], width: Option<u16>, colour: bool) -> Vec<String> {
    let (false, Some(width)) = (left_out.is_empty(), width) else { return Vec::new() };
    let note = format!("not shown: {}; --fields or -o json has them", left_out.join(", "));
    let dim = if colour { Style::new().dimmed() } else { Style::new() };
    wrapped(&note, usize::from(width)).into_iter().map(|line| format!("{dim}{line}{dim:#}")).collect()
}

/// The width of a text that may have several lines.
fn width_of(text: &str) -> usize {
    text.split('\n').map(UnicodeWidthStr::width).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: ColumnLayout = ColumnLayout::new(ColumnKind::Value);

    fn imports(width: Option<u16>) -> Page {
        let file = ColumnLayout::new(ColumnKind::File);
        let any = ColumnLayout { only_if_any: true, ..VALUE };
        let columns = [
            ("import", ColumnLayout::new(ColumnKind::Id)),
            ("file", file),
            ("read", VALUE),
            ("updated", any),
            ("refused", any),
            ("charge", ColumnLayout { need: ColumnNeed::Essential, ..VALUE }),
            ("reason", VALUE),
        ];
        let mut page = Page::new(columns.into_iter(), width);
        for (id, read, updated, charge) in [(1_000, 1_000_000, 0, "7310.747872"), (1_001, 12, 3, "-1001493")] {
            let begin = [Cell::number(id), Cell::text("/var/lib/gateway/2026-11.csv")];
            let counts = [read, updated, 0].map(Cell::number);
            page.add(begin.into_iter().chain(counts).chain([Cell::Amount(charge.to_owned()), Cell::Empty]));
        }
        page
    }

    #[test]
    fn a_terminal_gets_what_people_read() {
        let LaidOut { lines, shown, left_out } = imports(Some(60)).lay_out(true, false);
        assert_eq!(
            lines,
            [
                "import  file              read  updated             charge",
                "  1000  2026-11.csv  1,000,000        0       7,310.747872",
                "  1001  2026-11.csv         12        3  -1,001,493",
            ]
        );
        assert_eq!(shown, ["import", "file", "read", "updated", "charge"]);
        assert!(left_out.is_empty(), "columns without values are not worth a note: {left_out:?}");
    }

    #[test]
    fn a_pipe_gets_everything() {
        let lines = imports(None).lay_out(true, false).lines;
        assert_eq!(
            lines,
            [
                "import  file                             read  updated  refused       charge  reason",
                "  1000  /var/lib/gateway/2026-11.csv  1000000        0        0  7310.747872",
                "  1001  /var/lib/gateway/2026-11.csv       12        3        0     -1001493",
            ]
        );
    }

    #[test]
    fn a_table_that_does_not_fit_names_what_it_lacks_and_becomes_blocks_at_last() {
        let narrow = imports(Some(45)).lay_out(true, false);
        assert_eq!(narrow.left_out, ["read", "updated"]);
        assert!(narrow.lines.iter().all(|line| line.width() <= 45), "{narrow:#?}");
        let blocks = imports(Some(20)).lay_out(true, false);
        assert_eq!(blocks.shown, Vec::<&str>::new());
        assert_eq!(blocks.lines[..3], ["import   1000", "file     2026-11.csv", "read     1,000,000"]);
        assert!(blocks.lines.contains(&String::new()), "an empty line between records: {blocks:#?}");
    }

    #[test]
    fn columns_that_were_asked_for_are_all_shown() {
        let mut page = imports(Some(100));
        page.show_all();
        assert!(page.lay_out(true, false).lines[0].ends_with("reason"));
        let mut page = imports(Some(45));
        page.show_all();
        assert!(page.lay_out(true, false).shown.is_empty(), "blocks lose nothing");
    }

    #[test]
    fn a_redundant_column_is_left_out_on_terminals_only() {
        for (width, is_shown) in [(None, true), (Some(100), false)] {
            let mut page = imports(width);
            page.omit("file");
            assert_eq!(page.lay_out(true, false).shown.contains(&"file"), is_shown);
        }
    }

    #[test]
    fn totals_are_set_apart_and_states_have_colours() {
        let columns = [("state", ColumnLayout::new(ColumnKind::State)), ("messages", VALUE)];
        let page = |width| {
            let mut page = Page::new(columns.into_iter(), width);
            page.add([Cell::text("delivered"), Cell::number(5)].into_iter());
            page.add_total([Cell::text("total"), Cell::number(5)].into_iter());
            page
        };
        let lines = page(Some(80)).lay_out(true, false).lines;
        assert_eq!(lines, ["state      messages", "delivered         5", "───────────────────", "total             5"]);
        assert_eq!(page(None).lay_out(true, false).lines.len(), 3);
        let lines = page(Some(80)).lay_out(true, true).lines;
        assert_eq!(lines[1], "\u{1b}[32mdelivered\u{1b}[0m         5");
        assert!(lines[3].starts_with("\u{1b}[1mtotal"), "{lines:?}");
    }

    #[test]
    fn wide_characters_and_empty_lines_keep_columns_aligned() {
        let mut page = Page::new([("組織", VALUE), ("balance", VALUE), ("at", VALUE)].into_iter(), None);
        for (text, number) in ["Café 日本 Ltd", "", "a\nlonger\n\ntext"].into_iter().zip([5, -1_000, 70]) {
            page.add([Cell::text(text), Cell::number(number), Cell::text(text)].into_iter());
        }
        let lines = page.lay_out(true, false).lines;
        assert_eq!(lines[1], "Café 日本 Ltd        5  Café 日本 Ltd");
        assert_eq!(
            lines[3..],
            ["a                   70  a", "longer                  longer", "", "text                    text"]
        );
    }
}
