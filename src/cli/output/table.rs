//! Lays out tables: aligned columns without borders, wrapped only to fit the width of a terminal.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use crate::escape::visible;
use crate::output::cell::Cell;
use crate::output::layout::{ColumnNeeds, ELLIPSIS, GAP, fit, wrapped, wrapped_heading};

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
        mut self,
        headings: Option<Vec<&'static str>>,
        width: Option<u16>,
        colour: bool,
        is_complete: bool,
    ) -> Vec<String> {
        if let Some(headings) = &headings {
            self.columns.resize(headings.len(), PageColumn::default());
            self.columns.iter_mut().zip(headings).for_each(|(column, heading)| column.needs.add_heading(heading));
        }
        let needs: Vec<ColumnNeeds> = self.columns.iter().map(|column| column.needs).collect();
        let widths = match width {
            None => needs.iter().map(|column| column.whole).collect(),
            Some(width) if is_complete => complete(&needs, usize::from(width)),
            Some(width) => fit(&needs, usize::from(width)),
        };
        let layout = Layout { widths: &widths, columns: &self.columns, is_complete };
        let style = if colour { Style::new().bold() } else { Style::new() };
        let headings = headings.into_iter().flat_map(|headings| {
            layout.row(headings.iter().zip(&widths).map(|(heading, width)| wrapped_heading(heading, *width)))
        });
        let mut lines: Vec<String> = headings.map(|line| format!("{style}{line}{style:#}")).collect();
        for row in &self.rows {
            let cells = row.iter().zip(&widths).map(|(text, width)| wrapped(text, *width, is_complete));
            lines.extend(layout.row(cells));
        }
        lines
    }
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

/// How rows become lines.
struct Layout<'a> {
    widths: &'a [usize],
    columns: &'a [PageColumn],
    is_complete: bool,
}

impl Layout<'_> {
    /// The lines of a row, of which each cell has some.
    fn row(&self, cells: impl Iterator<Item = Vec<String>>) -> Vec<String> {
        let cells: Vec<Vec<String>> = cells.collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or_default();
        let is_cut = !self.is_complete && self.widths.len() < self.columns.len();
        let line = |index: usize| {
            let mut line = String::new();
            for ((cell, width), column) in cells.iter().zip(self.widths).zip(self.columns) {
                let text = cell.get(index).map_or("", String::as_str);
                let blanks = " ".repeat(width.saturating_sub(text.width()));
                let (before, after) = if column.is_numeric { (blanks.as_str(), "") } else { ("", blanks.as_str()) };
                line.push_str(&format!("{before}{text}{after}{:GAP$}", ""));
            }
            if is_cut && index == 0 {
                line.push_str(ELLIPSIS);
            }
            line.trim_end().to_owned()
        };
        (0..height).map(line).collect()
    }
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
                let is_path = word.starts_with("/var") && (word.ends_with(".csv") || word.ends_with(ELLIPSIS));
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
}
