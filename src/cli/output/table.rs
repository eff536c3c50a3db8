//! Lays out tables: aligned columns without borders, and records as lines of keys and values.
//!
//! A terminal gets a table that fits it and is written for reading: `layout` decides what fits, and `grid` draws it. Elsewhere a table
//! has all its columns and complete values, so that a pipe always gets the same.

use std::borrow::Cow;
use std::iter::repeat_n;

use anstyle::Style;
use ssgctl::model::Zone;
use unicode_width::UnicodeWidthStr;

use crate::output::cell::Cell;
use crate::output::column_layout::{ColumnKind, ColumnLayout, ColumnNeed};
use crate::output::grid::{self, GridColumn};
use crate::output::layout::{ColumnNeeds, GAP, fit, shortened, wrapped, wrapped_list};
use crate::output::record::{FieldLine, field_lines, state_style, text_of, with_zone};

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
    /// The zone of its times, which the heading of the first column of times names.
    zone: Zone,
    names_zone: bool,
    /// The column whose heading names the zone.
    zone_column: Option<usize>,
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
    /// Whether it has times.
    has_times: bool,
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
            has_times: false,
            is_redundant: false,
        });
        Self {
            columns: columns.collect(),
            rows: Vec::new(),
            totals: 0,
            width: width.map(usize::from),
            shows_all: false,
            zone: Zone::UTC,
            names_zone: true,
            zone_column: None,
        }
    }

    /// Shows times in a zone. `is_named` says whether its name stands elsewhere.
    pub(super) fn in_zone(&mut self, zone: &Zone, is_named: bool) {
        (self.zone, self.names_zone) = (zone.clone(), !is_named);
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
            let text = text_of(&cell, column.layout.kind, is_for_terminal, &self.zone);
            column.has_times |= matches!(cell, Cell::Time(_));
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
        let next = Self { columns: columns.collect(), rows: Vec::new(), totals: 0, zone: self.zone.clone(), ..*self };
        std::mem::replace(self, next)
    }

    /// The lines of the table, without trailing spaces.
    pub(super) fn lay_out(mut self, headings: bool, colour: bool) -> LaidOut {
        let Some(width) = self.width else {
            self.zone_column = self.columns.iter().position(|column| column.has_times).filter(|_| self.names_zone);
            let shown = self.columns.iter().map(|column| column.key).collect();
            return LaidOut { lines: self.piped(headings, colour), shown, left_out: Vec::new() };
        };
        self.align_decimal_points();
        let candidates: Vec<usize> = (0..self.columns.len())
            .filter(|place| self.shows_all || self.columns[*place].has_values && !self.columns[*place].is_redundant)
            .collect();
        let Some(columns) = self.fitting(&candidates, width, headings) else {
            return LaidOut { lines: self.blocks(width, colour), shown: Vec::new(), left_out: Vec::new() };
        };
        let shown: Vec<_> = columns.iter().map(|(place, _)| self.columns[*place].key).collect();
        let keys = candidates.iter().map(|place| self.columns[*place].key);
        let left_out = keys.filter(|key| !shown.contains(key)).collect();
        LaidOut { lines: self.drawn(&columns, headings, colour), shown, left_out }
    }

    /// Which of these columns fit, and how wide they are. The first column of times that fits names the zone.
    fn fitting(&mut self, candidates: &[usize], width: usize, headings: bool) -> Option<Vec<(usize, usize)>> {
        let (times, others): (Vec<_>, Vec<_>) = candidates.iter().partition(|place| self.columns[**place].has_times);
        let fit_all = |page: &Self, places: &[usize]| {
            let needs: Vec<ColumnNeeds> = places.iter().map(|place| page.needs(*place, headings)).collect();
            let columns = fit(&needs, width)?;
            Some(columns.into_iter().map(|(index, width)| (places[index], width)).collect::<Vec<_>>())
        };
        if !self.names_zone || self.zone.is_utc() || times.is_empty() {
            return fit_all(self, candidates);
        }
        for place in times {
            self.zone_column = Some(place);
            let columns = fit_all(self, candidates)?;
            if columns.iter().any(|(shown, _)| *shown == place) {
                return Some(columns);
            }
        }
        // Without the name of its zone, a time would be misread.
        fit_all(self, &others)
    }

    /// What stands above a column.
    fn heading(&self, place: usize) -> Cow<'static, str> {
        let key = self.columns[place].key;
        if self.zone_column == Some(place) { with_zone(key, &self.zone).into() } else { key.into() }
    }

    fn needs(&self, place: usize, headings: bool) -> ColumnNeeds {
        let PageColumn { layout, has_lists, .. } = &self.columns[place];
        let mut need = layout.need;
        if self.shows_all {
            need = ColumnNeed::Essential;
        }
        let heading = self.heading(place);
        // comfy-table has no column without a width.
        let mut needs = ColumnNeeds::new(if headings { &heading } else { " " }, need);
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
        let headings = headings.then(|| columns.iter().map(|(place, _)| self.heading(*place).into_owned()));
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
        let names: Vec<_> = (0..self.columns.len()).map(|place| self.heading(place)).collect();
        let mut widths: Vec<usize> = names.iter().map(|name| if headings { name.width() } else { 1 }).collect();
        for row in &self.rows {
            widths.iter_mut().zip(row).for_each(|(width, text)| *width = width_of(text).max(*width));
        }
        let bold = if colour { Style::new().bold() } else { Style::new() };
        let mut lines = Vec::with_capacity(self.rows.len() + 1);
        if headings {
            let cells = names.iter().map(|name| vec![&**name]).collect();
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
        let mut has_named_zone = !self.names_zone;
        for row in &self.rows {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            let fields = self.columns.iter().zip(row).filter(|(_, text)| self.shows_all || !text.trim().is_empty());
            let fields: Vec<FieldLine> = fields
                .map(|(column, text)| {
                    let names_zone = column.has_times && !text.is_empty() && !has_named_zone;
                    has_named_zone |= names_zone;
                    let text = text.trim_end();
                    let text = if names_zone { with_zone(text, &self.zone) } else { text.to_owned() };
                    FieldLine { key: column.key, kind: column.layout.kind, text }
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
mod tests;
