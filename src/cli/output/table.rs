//! Lays out tables: aligned columns without borders, wrapped only to fit the width of a terminal.

use anstyle::Style;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, Width};

use crate::escape::visible;
use crate::output::cell::Cell;

/// Fills the line between headings and rows. It locates the end of the headings and is then removed. No cell contains it,
/// because invisible characters are escaped.
const SEPARATOR: char = '\0';

/// Rows that are laid out together.
#[derive(Default)]
pub(super) struct Page {
    rows: Vec<Vec<String>>,
    /// The width of the widest number in each numeric column. Numbers are never wrapped.
    numbers: Vec<Option<usize>>,
    /// The width of the longest amount, date or time in each text column. These are not wrapped if there is room.
    figures: Vec<usize>,
}

impl Page {
    pub(super) fn add<'a>(&mut self, cells: impl Iterator<Item = Cell<'a>>) {
        let cells: Vec<Cell<'a>> = cells.collect();
        let texts: Vec<String> = cells.iter().map(|cell| visible(&cell.for_reading()).into_owned()).collect();
        self.numbers.resize(cells.len(), None);
        self.figures.resize(cells.len(), 0);
        let widths = self.numbers.iter_mut().zip(&mut self.figures);
        for (((number, figure), cell), text) in widths.zip(&cells).zip(&texts) {
            if cell.is_numeric() {
                *number = (*number).max(Some(text.len()));
            } else {
                *figure = (*figure).max(longest_figure(text));
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
    pub(super) fn lines(
        mut self,
        headings: Option<Vec<&'static str>>,
        width: Option<u16>,
        colour: bool,
    ) -> Vec<String> {
        self.fit_figures(width);
        let mut table = Table::new();
        table.load_style(NOTHING.header_separator(LineStyle::none().fill(SEPARATOR)));
        match width {
            Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
            None => table.set_content_arrangement(ContentArrangement::Disabled),
        };
        if let Some(headings) = headings {
            table.set_header(headings);
        }
        for row in self.rows {
            table.add_row(row);
        }
        let last = self.numbers.len().saturating_sub(1);
        let widths = self.numbers.into_iter().zip(self.figures);
        for ((index, column), (numbers, figure)) in table.column_iter_mut().enumerate().zip(widths) {
            // The last column has no neighbour to keep a distance from, and a narrow terminal needs the space.
            let padding = if index == last { 0 } else { 2 };
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
        if let Some(end) = lines.iter().position(|line| line.starts_with(SEPARATOR)) {
            lines.remove(end);
            let style = if colour { Style::new().bold() } else { Style::new() };
            for heading in &mut lines[..end] {
                *heading = format!("{style}{heading}{style:#}");
            }
        }
        lines
    }

    /// Lets the longest figures wrap until the rest fits the width together with the numbers and a minimum of each text.
    fn fit_figures(&mut self, width: Option<u16>) {
        const MIN_TEXT: usize = 4;
        const PADDING: usize = 2;
        let Some(width) = width.map(usize::from) else { return };
        let minimum = self.numbers.iter().map(|number| number.unwrap_or(MIN_TEXT) + PADDING).sum::<usize>();
        let mut room = (width + PADDING).saturating_sub(minimum);
        let mut figures: Vec<&mut usize> = self.figures.iter_mut().collect();
        figures.sort_by_key(|figure| std::cmp::Reverse(**figure));
        for figure in figures {
            let more = figure.saturating_sub(MIN_TEXT);
            if more > room {
                *figure = 0;
            } else {
                room -= more;
            }
        }
    }
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
}
