//! Tables: aligned columns without lines, wrapped only where a terminal's width asks for it.

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell as TableCell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};

use crate::output::{Cell, escape};

/// Rows that are laid out together.
#[derive(Default)]
pub(super) struct Page {
    rows: Vec<Vec<String>>,
    /// How wide the numbers of each column are that has some. They are never broken.
    numbers: Vec<Option<usize>>,
}

impl Page {
    pub(super) fn add<'a>(&mut self, cells: impl Iterator<Item = Cell<'a>>) {
        let cells: Vec<Cell<'a>> = cells.collect();
        let texts: Vec<String> = cells.iter().map(|cell| escape::visible(&cell.for_reading()).into_owned()).collect();
        self.numbers.resize(cells.len(), None);
        for ((width, cell), text) in self.numbers.iter_mut().zip(&cells).zip(&texts) {
            if cell.is_numeric() {
                *width = (*width).max(Some(text.len()));
            }
        }
        self.rows.push(texts);
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The lines of a table of keys and values, which all begin at the left.
    pub(super) fn lines_without_alignment(mut self, width: Option<u16>, colour: bool) -> Vec<String> {
        self.numbers.fill(None);
        self.lines(None, width, colour)
    }

    /// The lines of the table, without blanks at their ends.
    pub(super) fn lines(self, headings: Option<Vec<&'static str>>, width: Option<u16>, colour: bool) -> Vec<String> {
        let mut table = Table::new();
        table.load_style(NOTHING);
        match width {
            Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
            None => table.set_content_arrangement(ContentArrangement::Disabled),
        };
        if colour {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        if let Some(headings) = headings {
            table
                .set_header(headings.into_iter().map(|heading| TableCell::new(heading).add_attribute(Attribute::Bold)));
        }
        for row in self.rows {
            table.add_row(row);
        }
        let last = self.numbers.len().saturating_sub(1);
        for ((place, column), numbers) in table.column_iter_mut().enumerate().zip(self.numbers) {
            // What would keep the last column apart from nothing may make the difference to the width.
            let padding = if place == last { 0 } else { 2 };
            column.set_padding((0, padding));
            if let Some(width) = numbers {
                let width = u16::try_from(width).unwrap_or(u16::MAX).saturating_add(padding);
                column.set_cell_alignment(CellAlignment::Right);
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
            }
        }
        table.lines().map(|line| line.trim_end().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_table_breaks_texts_and_headings_but_no_number() {
        let headings = ["import", "file", "read", "new", "updated", "duplicate", "rejected", "refused", "charged"];
        for width in 60..90 {
            let mut page = Page::default();
            let counts = [1_000_000, 1_000_000, 0, 0, 0, 0].map(Cell::number);
            let begin = [Cell::number(1), Cell::text("/var/lib/gateway/2026-11.csv")];
            page.add(begin.into_iter().chain(counts).chain([Cell::text("1001493 SMS, 7310.747872 EUR")]));
            let lines = page.lines(Some(headings.to_vec()), Some(width), false);
            assert!(lines.iter().any(|line| line.contains(" 1000000  1000000 ")), "{width}: {lines:#?}");
            assert!(lines.iter().all(|line| line.chars().count() <= usize::from(width)), "{width}: {lines:#?}");
        }
    }
}
