//! Lays out tables: aligned columns without borders, wrapped only to fit the width of a terminal.

use std::iter::repeat_n;

use anstyle::Style;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, Width};
use unicode_width::UnicodeWidthStr;

use crate::escape::visible;
use crate::output::cell::Cell;

/// Fills the line between headings and rows. It locates the end of the headings and is then removed. No cell contains it,
/// because invisible characters are escaped.
const SEPARATOR: char = '\0';

/// The number of spaces between two columns.
const DISTANCE: u16 = 2;

/// Rows that are laid out together.
#[derive(Default)]
pub(super) struct Page {
    rows: Vec<Vec<String>>,
    /// The width of the widest number in each numeric column. Numbers are never wrapped.
    numbers: Vec<Option<usize>>,
}

impl Page {
    pub(super) fn add<'a>(&mut self, cells: impl Iterator<Item = Cell<'a>>) {
        let cells: Vec<Cell<'a>> = cells.collect();
        let texts: Vec<String> = cells.iter().map(|cell| visible(&cell.for_reading()).into_owned()).collect();
        self.numbers.resize(cells.len(), None);
        for ((number, cell), text) in self.numbers.iter_mut().zip(&cells).zip(&texts) {
            if cell.is_numeric() {
                *number = (*number).max(Some(text.len()));
            }
        }
        self.rows.push(texts);
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The lines of a table of keys and values, all aligned to the left.
    pub(super) fn lines_without_alignment(mut self, width: Option<u16>, colour: bool) -> Vec<String> {
        self.numbers.fill(None);
        self.lines(None, width, colour)
    }

    /// The lines of the table, without trailing spaces.
    pub(super) fn lines(self, headings: Option<Vec<&'static str>>, width: Option<u16>, colour: bool) -> Vec<String> {
        let (mut lines, end) = match width {
            Some(width) => self.fitted_lines(headings, width),
            None => self.full_lines(headings),
        };
        let style = if colour { Style::new().bold() } else { Style::new() };
        for heading in &mut lines[..end] {
            *heading = format!("{style}{heading}{style:#}");
        }
        lines
    }

    /// The lines of a table that is as wide as its content, and the number of lines that the headings take. Most output of scripts
    /// is laid out this way, which takes a tenth of the time of fitting it to a width.
    fn full_lines(self, headings: Option<Vec<&'static str>>) -> (Vec<String>, usize) {
        let end = usize::from(headings.is_some());
        let headings = headings.map(|headings| headings.into_iter().map(str::to_owned).collect());
        let rows: Vec<Vec<String>> = headings.into_iter().chain(self.rows).collect();
        let mut widths = vec![1; self.numbers.len()];
        for (place, width) in rows.iter().flat_map(|row| widths_of(row)) {
            widths[place] = width.max(widths[place]);
        }
        let mut lines = Vec::new();
        for row in &rows {
            let height = row.iter().map(|text| text.split('\n').count()).max().unwrap_or_default();
            for place in 0..height {
                let mut line = String::new();
                for ((text, number), width) in row.iter().zip(&self.numbers).zip(&widths) {
                    let text = text.split('\n').nth(place).unwrap_or_default();
                    let space = width.saturating_sub(text.width());
                    let (before, after) = if number.is_some() { (space, 0) } else { (0, space) };
                    line.extend(repeat_n(' ', before));
                    line.push_str(text);
                    line.extend(repeat_n(' ', after + usize::from(DISTANCE)));
                }
                line.truncate(line.trim_end().len());
                lines.push(line);
            }
        }
        (lines, end)
    }

    /// The lines of a table that fits a width, and the number of lines that the headings take.
    fn fitted_lines(self, headings: Option<Vec<&'static str>>, width: u16) -> (Vec<String>, usize) {
        let figures = self.figures(width);
        let mut table = Table::new();
        table.load_style(NOTHING.header_separator(LineStyle::none().fill(SEPARATOR)));
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        if let Some(headings) = headings {
            table.set_header(headings);
        }
        for row in self.rows {
            table.add_row(row);
        }
        let last = self.numbers.len().saturating_sub(1);
        let widths = self.numbers.into_iter().zip(figures);
        for ((index, column), (numbers, figure)) in table.column_iter_mut().enumerate().zip(widths) {
            // The last column has no neighbour to keep a distance from, and a narrow terminal needs the space.
            let padding = if index == last { 0 } else { DISTANCE };
            column.set_padding((0, padding));
            if numbers.is_some() {
                column.set_cell_alignment(CellAlignment::Right);
            }
            if let Some(width) = numbers.or((figure > 0).then_some(figure)) {
                let width = u16::try_from(width).unwrap_or(u16::MAX).saturating_add(padding);
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
            }
        }
        let mut lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
        let end = lines.iter().position(|line| line.starts_with(SEPARATOR));
        if let Some(end) = end {
            lines.remove(end);
        }
        (lines, end.unwrap_or_default())
    }

    /// The width of the longest amount, date or time in each text column, which is not wrapped if there is room: zero for the
    /// longest of them until the rest fits the width together with the numbers and a minimum of each text.
    fn figures(&self, width: u16) -> Vec<usize> {
        const MIN_TEXT: usize = 4;
        let mut found = vec![0; self.numbers.len()];
        for row in &self.rows {
            for ((figure, number), text) in found.iter_mut().zip(&self.numbers).zip(row) {
                if number.is_none() {
                    *figure = longest_figure(text).max(*figure);
                }
            }
        }
        let distance = usize::from(DISTANCE);
        let minimum = self.numbers.iter().map(|number| number.unwrap_or(MIN_TEXT) + distance).sum::<usize>();
        let mut room = (usize::from(width) + distance).saturating_sub(minimum);
        let mut figures: Vec<&mut usize> = found.iter_mut().collect();
        figures.sort_by_key(|figure| std::cmp::Reverse(**figure));
        for figure in figures {
            let more = figure.saturating_sub(MIN_TEXT);
            if more > room {
                *figure = 0;
            } else {
                room -= more;
            }
        }
        found
    }
}

/// The place of each column and the width of its text in a row.
fn widths_of(row: &[String]) -> impl Iterator<Item = (usize, usize)> {
    row.iter().map(|text| text.split('\n').map(UnicodeWidthStr::width).max().unwrap_or_default()).enumerate()
}

/// The length of the longest word that has only digits and the punctuation of amounts, dates and times.
fn longest_figure(text: &str) -> usize {
    let is_figure = |word: &str| {
        word.contains(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_ascii_digit() || "+-.,:".contains(c))
    };
    text.split_whitespace().filter(|word| is_figure(word)).map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_table_breaks_texts_and_headings_but_no_number() {
        let headings = ["import", "file", "read", "new", "updated", "duplicate", "rejected", "refused", "charged"];
        for width in 48..90 {
            let mut page = Page::default();
            let counts = [1_000_000, 1_000_000, 0, 0, 0, 0].map(Cell::number);
            let begin = [Cell::number(1), Cell::text("/var/lib/gateway/2026-11.csv")];
            page.add(begin.into_iter().chain(counts).chain([Cell::text("1001493 SMS, 7310.747872 EUR")]));
            let lines = page.lines(Some(headings.to_vec()), Some(width), false);
            assert!(lines.iter().any(|line| line.contains(" 1000000  1000000 ")), "{width}: {lines:#?}");
            let has_room = lines.iter().any(|line| line.contains("7310.747872"));
            assert_eq!(has_room, width >= 50, "{width}: {lines:#?}");
            assert!(lines.iter().all(|line| line.chars().count() <= usize::from(width)), "{width}: {lines:#?}");
        }
    }

    #[test]
    fn a_table_of_any_width_looks_as_one_that_fits_a_very_wide_terminal() {
        let page = || {
            let mut page = Page::default();
            let texts = ["Café 日本 Ltd", "", "a\nlonger\n\ntext", "e\u{301}\u{200d}👩‍👩‍👧 end"];
            for (text, number) in texts.into_iter().zip([5, -1_000, 70, 0]) {
                page.add([Cell::text(text), Cell::number(number), Cell::Empty, Cell::text(text)].into_iter());
            }
            page
        };
        let headings = || Some(vec!["組織", "balance", "none", "at"]);
        for colour in [false, true] {
            assert_eq!(page().lines(headings(), None, colour), page().lines(headings(), Some(1_000), colour));
            assert_eq!(page().lines(None, None, colour), page().lines(None, Some(1_000), colour));
            let unaligned = |width| page().lines_without_alignment(width, colour);
            assert_eq!(unaligned(None), unaligned(Some(1_000)));
        }
    }
}
