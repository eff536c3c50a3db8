//! Lays out tables: aligned columns without borders, wrapped only to fit the width of a terminal.

use std::iter::repeat_n;

use anstyle::Style;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table};
use unicode_width::UnicodeWidthStr;

use crate::escape::visible;
use crate::output::cell::Cell;
use crate::output::layout::{ColumnNeeds, ELLIPSIS, GAP, fit, wrapped, wrapped_heading};

/// Fills the line between headings and rows. It locates the end of the headings and is then removed. No cell contains it,
/// because invisible characters are escaped.
const SEPARATOR: char = '\0';

/// Rows that are laid out together.
#[derive(Default)]
pub(super) struct Page {
    rows: Vec<Vec<String>>,
    columns: Vec<PageColumn>,
}

#[derive(Default, Clone, Copy)]
struct PageColumn {
    needs: ColumnNeeds,
    /// Whether it has numbers, which are aligned to the right.
    is_numeric: bool,
}

impl Page {
    pub(super) fn add<'a>(&mut self, cells: impl Iterator<Item = Cell<'a>>) {
        let cells: Vec<Cell<'a>> = cells.collect();
        let texts: Vec<String> = cells.iter().map(|cell| visible(&cell.for_reading()).into_owned()).collect();
        self.columns.resize(cells.len(), PageColumn::default());
        for ((column, cell), text) in self.columns.iter_mut().zip(&cells).zip(&texts) {
            column.needs.add(text, cell.is_numeric());
            column.is_numeric |= cell.is_numeric();
        }
        self.rows.push(texts);
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The lines of a table of keys and values, all aligned to the left. Its values are complete, even if one is a word longer than
    /// the terminal is wide.
    pub(super) fn lines_without_alignment(mut self, width: Option<u16>, colour: bool) -> Vec<String> {
        for column in &mut self.columns {
            column.is_numeric = false;
        }
        self.laid_out(None, width, colour, true)
    }

    /// The lines of the table, without trailing spaces.
    pub(super) fn lines(self, headings: Option<Vec<&'static str>>, width: Option<u16>, colour: bool) -> Vec<String> {
        self.laid_out(headings, width, colour, false)
    }

    fn laid_out(
        self,
        headings: Option<Vec<&'static str>>,
        width: Option<u16>,
        colour: bool,
        is_complete: bool,
    ) -> Vec<String> {
        let (mut lines, end) = match width {
            Some(width) => self.fitted_lines(headings, usize::from(width), is_complete),
            None => self.full_lines(headings),
        };
        let style = if colour { Style::new().bold() } else { Style::new() };
        for heading in &mut lines[..end] {
            *heading = format!("{style}{heading}{style:#}");
        }
        lines
    }

    /// The lines of a table that is as wide as its content, and the number of lines that the headings take. Most output of scripts
    /// is laid out this way, which takes a tenth of the time of the library.
    fn full_lines(self, headings: Option<Vec<&'static str>>) -> (Vec<String>, usize) {
        let end = usize::from(headings.is_some());
        let headings = headings.map(|headings| headings.into_iter().map(str::to_owned).collect());
        let rows: Vec<Vec<String>> = headings.into_iter().chain(self.rows).collect();
        let mut widths = vec![1; self.columns.len()];
        for (place, width) in rows.iter().flat_map(|row| widths_of(row)) {
            widths[place] = width.max(widths[place]);
        }
        let mut lines = Vec::new();
        for row in &rows {
            let height = row.iter().map(|text| text.split('\n').count()).max().unwrap_or_default();
            for place in 0..height {
                let mut line = String::new();
                for ((text, column), width) in row.iter().zip(&self.columns).zip(&widths) {
                    let text = text.split('\n').nth(place).unwrap_or_default();
                    let space = width.saturating_sub(text.width());
                    let (before, after) = if column.is_numeric { (space, 0) } else { (0, space) };
                    line.extend(repeat_n(' ', before));
                    line.push_str(text);
                    line.extend(repeat_n(' ', after + GAP));
                }
                line.truncate(line.trim_end().len());
                lines.push(line);
            }
        }
        (lines, end)
    }

    /// The lines of a table that fits a width, and the number of lines that the headings take.
    fn fitted_lines(
        mut self,
        headings: Option<Vec<&'static str>>,
        width: usize,
        is_complete: bool,
    ) -> (Vec<String>, usize) {
        if let Some(headings) = &headings {
            self.columns.resize(headings.len(), PageColumn::default());
            self.columns.iter_mut().zip(headings).for_each(|(column, heading)| column.needs.add_heading(heading));
        }
        let needs: Vec<ColumnNeeds> = self.columns.iter().map(|column| column.needs).collect();
        let widths = if is_complete { complete(&needs, width) } else { fit(&needs, width) };
        let left_out = (!is_complete && widths.len() < self.columns.len()).then(|| ELLIPSIS.to_owned());
        let mut table = Table::new();
        table.load_style(NOTHING.header_separator(LineStyle::none().fill(SEPARATOR)));
        table.set_content_arrangement(ContentArrangement::Disabled);
        if let Some(headings) = headings {
            let headings =
                headings.iter().zip(&widths).map(|(heading, width)| wrapped_heading(heading, *width).join("\n"));
            table.set_header(headings.chain(left_out.clone()));
        }
        for row in &self.rows {
            let cells = row.iter().zip(&widths).map(|(text, width)| wrapped(text, *width, is_complete).join("\n"));
            table.add_row(cells.chain(left_out.clone()));
        }
        for (column, is_numeric) in table.column_iter_mut().zip(self.columns.iter().map(|column| column.is_numeric)) {
            column.set_padding((0, u16::try_from(GAP).unwrap_or_default()));
            if is_numeric {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        // The column of ellipses is a text.
        if let Some(last) = left_out.and_then(|_| table.column_mut(widths.len())) {
            last.set_cell_alignment(CellAlignment::Left);
        }
        let mut lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
        let end = lines.iter().position(|line| line.starts_with(SEPARATOR));
        if let Some(end) = end {
            lines.remove(end);
        }
        (lines, end.unwrap_or_default())
    }
}

/// The place of each column and the width of its text in a row.
fn widths_of(row: &[String]) -> impl Iterator<Item = (usize, usize)> {
    row.iter().map(|text| text.split('\n').map(UnicodeWidthStr::width).max().unwrap_or_default()).enumerate()
}

/// The widths of keys and values, of which the last gets what the others leave.
fn complete(needs: &[ColumnNeeds], width: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = needs.iter().map(|column| column.whole).collect();
    let Some(last) = widths.pop() else { return widths };
    let others = widths.iter().map(|width| width + GAP).sum::<usize>();
    let room = width.saturating_sub(others).max(needs.last().map_or(0, |column| column.word));
    widths.push(last.min(room));
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADINGS: [&str; 9] =
        ["import", "file", "read", "new", "updated", "duplicate", "rejected", "refused", "charged"];

    fn page() -> Page {
        let mut page = Page::default();
        let counts = [1_000_000, 1_000_000, 0, 0, 0, 0].map(Cell::number);
        let begin = [Cell::number(1), Cell::text("/var/lib/gateway/2026-11.csv")];
        page.add(begin.into_iter().chain(counts).chain([Cell::text("1001493 SMS, 7310.747872 EUR")]));
        page
    }

    #[test]
    fn a_narrow_table_breaks_no_word_and_no_number() {
        let whole: Vec<&str> = ["1000000", "7310.747872", "EUR", "1001493", "SMS,", "0", "1", ELLIPSIS].to_vec();
        for width in 20..120 {
            let lines = page().lines(Some(HEADINGS.to_vec()), Some(width), false);
            assert!(lines.iter().all(|line| line.width() <= usize::from(width)), "{width}: {lines:#?}");
            for word in lines.iter().flat_map(|line| line.split_whitespace()) {
                let is_path =
                    word == "/var/lib/gateway/2026-11.csv" || word.starts_with("/var") && word.ends_with(ELLIPSIS);
                assert!(is_path || whole.contains(&word) || HEADINGS.contains(&word), "{width}: {word}");
            }
            let is_cut = lines.iter().any(|line| line.ends_with(&format!(" {ELLIPSIS}")));
            assert_eq!(is_cut, width < 86, "{width}: {lines:#?}");
        }
    }

    #[test]
    fn values_of_a_record_are_complete() {
        let hash = "f".repeat(64);
        let mut page = Page::default();
        page.add([Cell::text("hash"), Cell::text(&hash)].into_iter());
        page.add([Cell::text("note"), Cell::text("some words that wrap at their spaces")].into_iter());
        let lines = page.lines_without_alignment(Some(30), false);
        assert_eq!(lines[0], format!("hash  {hash}"));
        assert_eq!(lines.len(), 2, "the longest word has the width: {lines:#?}");
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
