//! Tables: aligned columns without lines, wrapped only where a terminal's width asks for it.

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell as TableCell, CellAlignment, ContentArrangement, Table};

use crate::output::{Cell, escape};

/// Rows that are laid out together.
#[derive(Default)]
pub(super) struct Page {
    rows: Vec<Vec<String>>,
    numeric: Vec<bool>,
}

impl Page {
    pub(super) fn add<'a>(&mut self, cells: impl Iterator<Item = Cell<'a>>) {
        let cells: Vec<Cell<'a>> = cells.collect();
        self.numeric.resize(cells.len(), false);
        for (numeric, cell) in self.numeric.iter_mut().zip(&cells) {
            *numeric |= cell.is_numeric();
        }
        self.rows.push(cells.iter().map(|cell| escape::visible(&cell.for_reading()).into_owned()).collect());
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The lines of a table of keys and values, which all begin at the left.
    pub(super) fn lines_without_alignment(mut self, width: Option<u16>, colour: bool) -> Vec<String> {
        self.numeric.fill(false);
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
        let last = self.numeric.len().saturating_sub(1);
        for ((place, column), numeric) in table.column_iter_mut().enumerate().zip(self.numeric) {
            // What would keep the last column apart from nothing may make the difference to the width.
            column.set_padding((0, if place == last { 0 } else { 2 }));
            if numeric {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.lines().map(|line| line.trim_end().to_owned()).collect()
    }
}
