//! Shows one record on one screen, for a person who has the customer on the phone: a header, short lists of what belongs to the
//! record, and its facts. A wide terminal has the facts on the left of the lists.

use std::io::Write;

use anstyle::Style;
use ssgctl::model::Zone;
use unicode_width::UnicodeWidthStr;

use crate::escape::visible;
use crate::exit::{Failure, Result};
use crate::output::cell::Cell;
use crate::output::column_layout::{ColumnKind, ColumnLayout};
use crate::output::layout::{GAP, wrapped};
use crate::output::options::Format;
use crate::output::record::{FieldLine, field_lines, text_of, times_in};
use crate::output::row::Row;
use crate::output::table::{self, Page};
use crate::output::tone;
use crate::output::writer::Output;

/// The width from which a terminal has room for two columns.
const TWO_COLUMNS: u16 = 110;
/// The maximum width of the facts next to the lists.
const WIDEST_FACTS: u16 = 60;
/// The indentation of lines below their title, in two columns.
const INDENT: usize = 2;
/// The width of the titles next to their lines, in one column: titles of their own lines would take too many.
const TITLES: usize = 10;
/// The title of the facts.
const FACTS: &str = "Details";

/// A record on one screen.
pub(crate) struct ScreenView {
    width: u16,
    /// The zone of its times, which the first line names if there are any.
    zone: Zone,
    has_times: bool,
    header: Vec<Vec<Span>>,
    facts: Vec<FieldLine>,
    lists: Vec<ScreenList>,
}

/// A part of a line of the header.
pub(crate) enum Span {
    Plain(String),
    Strong(String),
    /// A state, in the colour that says whether it is good.
    State(String),
}

struct ScreenList {
    title: &'static str,
    page: Page,
    has_headings: bool,
    /// Lines below the rows.
    notes: Vec<String>,
}

impl Output {
    /// A view for one screen, if a person at a terminal is to see a record and has not chosen its fields.
    pub(crate) fn screen(&self) -> Option<ScreenView> {
        let width = self.width.filter(|_| self.format == Format::Table && self.fields.is_none())?;
        Some(ScreenView {
            width,
            zone: self.zone.clone(),
            has_times: false,
            header: Vec::new(),
            facts: Vec::new(),
            lists: Vec::new(),
        })
    }

    /// Writes a view for one screen.
    pub(crate) fn show(&mut self, view: ScreenView) -> Result<()> {
        for line in view.lines(self.colour) {
            writeln!(self.sink, "{}", line.trim_end()).map_err(Failure::output)?;
        }
        self.flush()
    }
}

impl ScreenView {
    /// Adds a line to the header.
    pub(crate) fn header(&mut self, spans: Vec<Span>) {
        self.header.push(spans);
    }

    /// Adds those of these columns of a row that are not empty to the facts.
    pub(crate) fn facts<R: Row>(&mut self, row: &R, keys: &[&str]) {
        let columns = keys.iter().filter_map(|key| R::COLUMNS.iter().find(|column| column.key == *key));
        columns.for_each(|column| self.add_fact(column.key, column.layout.kind, &(column.cell)(row)));
    }

    /// Adds a fact unless it is empty.
    pub(crate) fn fact(&mut self, key: &'static str, cell: &Cell<'_>) {
        self.add_fact(key, ColumnKind::Id, cell);
    }

    fn add_fact(&mut self, key: &'static str, kind: ColumnKind, cell: &Cell<'_>) {
        let text = text_of(cell, kind, true, &self.zone).replace('\n', ", ");
        self.has_times |= matches!(cell, Cell::Time(_));
        if !text.is_empty() {
            self.facts.push(FieldLine { key, kind, text });
        }
    }

    /// Adds a list of rows with these columns, each row on one line. A list without rows is left out.
    pub(crate) fn list<R: Row>(&mut self, title: &'static str, rows: &[R], keys: &[&str], has_headings: bool) {
        let columns: Vec<_> =
            keys.iter().filter_map(|key| R::COLUMNS.iter().find(|column| column.key == *key)).collect();
        let layout = |layout: ColumnLayout| match layout.kind {
            ColumnKind::Prose => ColumnLayout { kind: ColumnKind::Text, ..layout },
            _ => layout,
        };
        let headings = columns.iter().map(|column| (column.key, layout(column.layout)));
        let mut page = Page::new(headings, Some(self.lists_width()));
        page.in_zone(&self.zone, true);
        for row in rows {
            let cells: Vec<_> = columns.iter().map(|column| (column.cell)(row)).collect();
            self.has_times |= cells.iter().any(|cell| matches!(cell, Cell::Time(_)));
            page.add(cells.into_iter());
        }
        self.lists.push(ScreenList { title, page, has_headings, notes: Vec::new() });
    }

    /// Adds a line below the last list.
    pub(crate) fn note(&mut self, note: String) {
        if let Some(list) = self.lists.last_mut() {
            list.notes.push(note);
        }
    }

    /// Whether the facts are next to the lists, where there is room for many.
    pub(crate) fn has_two_columns(&self) -> bool {
        self.width >= TWO_COLUMNS
    }

    /// The width of the facts next to the lists.
    fn facts_width(&self) -> usize {
        usize::from((self.width.saturating_mul(9) / 20).min(WIDEST_FACTS))
    }

    /// The width of the rows of lists.
    fn lists_width(&self) -> u16 {
        let taken = if self.has_two_columns() { self.facts_width() + GAP + INDENT } else { TITLES };
        self.width.saturating_sub(u16::try_from(taken).unwrap_or(u16::MAX)).max(1)
    }

    fn lines(mut self, colour: bool) -> Vec<String> {
        if let (true, Some(first)) = (self.has_times, self.header.first_mut()) {
            first.push(Span::Plain(times_in(&self.zone)));
        }
        let (width, facts_width) = (usize::from(self.width), self.facts_width());
        let has_two_columns = self.has_two_columns();
        let mut lines: Vec<String> = self.header.iter().flat_map(|spans| header_lines(spans, width, colour)).collect();
        lines.push(String::new());
        let lists_width = usize::from(self.lists_width());
        let lists = self.lists.into_iter().map(|list| (list.title, list.lines(lists_width, colour)));
        if has_two_columns {
            let facts = below(FACTS, field_lines(&self.facts, Some(facts_width - INDENT), false), colour);
            let lists = lists.flat_map(|(title, lines)| below(title, lines, colour)).collect();
            lines.extend(side_by_side(facts, lists, facts_width));
        } else {
            lines.extend(lists.flat_map(|(title, lines)| next_to(title, lines, colour)));
            lines.extend(next_to(FACTS, packed(&self.facts, lists_width, colour), colour));
        }
        lines
    }
}

impl ScreenList {
    fn lines(self, width: usize, colour: bool) -> Vec<String> {
        let laid_out = self.page.lay_out(self.has_headings, colour);
        let mut lines = laid_out.lines;
        if self.has_headings {
            lines.extend(table::not_shown(&laid_out.left_out, u16::try_from(width).ok(), colour));
        }
        lines.extend(self.notes.iter().flat_map(|note| wrapped(&visible(note), width)));
        lines
    }
}

/// Lines below their title; nothing if there are none.
fn below(title: &str, lines: Vec<String>, colour: bool) -> Vec<String> {
    let title = Some(bold(title, colour)).filter(|_| !lines.is_empty());
    title.into_iter().chain(lines.into_iter().map(|line| format!("{:INDENT$}{line}", ""))).collect()
}

/// Lines to the right of their title.
fn next_to(title: &str, lines: Vec<String>, colour: bool) -> Vec<String> {
    let space = TITLES.saturating_sub(title.width());
    let titled = |(number, line): (usize, String)| match number {
        0 => format!("{}{:space$}{line}", bold(title, colour), ""),
        _ => format!("{:TITLES$}{line}", ""),
    };
    lines.into_iter().enumerate().map(titled).collect()
}

fn bold(text: &str, colour: bool) -> String {
    styled(text, if colour { Style::new().bold() } else { Style::new() })
}

/// A line of the header; several if the terminal is narrow.
fn header_lines(spans: &[Span], width: usize, colour: bool) -> Vec<String> {
    let texts: Vec<_> = spans.iter().map(|span| (visible(span.text()), span.style(colour))).collect();
    let plain: String = texts.iter().map(|(text, _)| text.as_ref()).collect();
    if plain.width() > width {
        return wrapped(&plain, width);
    }
    vec![texts.iter().map(|(text, style)| styled(text, *style)).collect()]
}

/// As many facts on each line as fit.
fn packed(facts: &[FieldLine], width: usize, colour: bool) -> Vec<String> {
    let dim = if colour { Style::new().dimmed() } else { Style::new() };
    let mut lines = Vec::new();
    let (mut line, mut taken) = (String::new(), 0);
    for FieldLine { key, text, .. } in facts {
        let own = key.width() + ": ".len() + text.width();
        if taken > 0 && taken + GAP + own > width {
            lines.push(std::mem::take(&mut line));
            taken = 0;
        }
        if own > width {
            lines.extend(wrapped(&format!("{key}: {text}"), width));
            continue;
        }
        if taken > 0 {
            line.push_str(&" ".repeat(GAP));
            taken += GAP;
        }
        line.push_str(&format!("{} {text}", styled(&format!("{key}:"), dim)));
        taken += own;
    }
    lines.extend(Some(line).filter(|line| !line.is_empty()));
    lines
}

/// Two columns of lines; the first has no colour but that of its title.
fn side_by_side(left: Vec<String>, right: Vec<String>, width: usize) -> Vec<String> {
    let height = left.len().max(right.len());
    let mut lines = Vec::with_capacity(height);
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    for _ in 0..height {
        let (left, right) = (left.next().unwrap_or_default(), right.next().unwrap_or_default());
        let space = width.saturating_sub(anstream::adapter::strip_str(&left).to_string().width());
        // A value that is longer than its column has the line for itself.
        if space == 0 && !right.is_empty() {
            lines.push(left);
            lines.push(format!("{:width$}{:GAP$}{right}", "", ""));
        } else {
            lines.push(format!("{left}{:space$}{:GAP$}{right}", "", ""));
        }
    }
    lines
}

fn styled(text: &str, style: Style) -> String {
    if style.is_plain() { text.to_owned() } else { format!("{style}{text}{style:#}") }
}

impl Span {
    fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Strong(text) | Self::State(text) => text,
        }
    }

    fn style(&self, colour: bool) -> Style {
        match self {
            _ if !colour => Style::new(),
            Self::Plain(_) => Style::new(),
            Self::Strong(_) => Style::new().bold(),
            Self::State(state) => tone::style_of(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(key: &'static str, text: &str) -> FieldLine {
        FieldLine { key, kind: ColumnKind::Value, text: text.to_owned() }
    }

    #[test]
    fn facts_share_lines_where_they_fit() {
        let facts = [fact("country", "GB"), fact("phone", "+441632960000"), fact("website", "https://acme.example")];
        assert_eq!(packed(&facts, 40, false), ["country: GB  phone: +441632960000", "website: https://acme.example"]);
        let long = [fact("country", "GB"), fact("address", "1 High Street, Leeds, Yorkshire")];
        assert_eq!(packed(&long, 24, false), ["country: GB", "address: 1 High Street,", "Leeds, Yorkshire"]);
        assert_eq!(packed(&facts[..1], 40, true), ["\u{1b}[2mcountry:\u{1b}[0m GB"]);
    }

    #[test]
    fn columns_are_side_by_side_and_nothing_is_lost() {
        let left = ["Details", "  api_id", "  a value wider than its column"].map(str::to_owned).to_vec();
        let right = ["Contacts", "  Zoë", "SMPP", "  acme"].map(str::to_owned).to_vec();
        assert_eq!(
            side_by_side(left, right, 10),
            [
                "Details     Contacts",
                "  api_id      Zoë",
                "  a value wider than its column",
                "            SMPP",
                "              acme",
            ]
        );
    }

    #[test]
    fn a_header_has_colours_if_it_fits() {
        let spans = [Span::Strong("Acme".to_owned()), Span::Plain("  ".to_owned()), Span::State("active".to_owned())];
        assert_eq!(header_lines(&spans, 80, true), ["\u{1b}[1mAcme\u{1b}[0m  \u{1b}[32mactive\u{1b}[0m"]);
        assert_eq!(header_lines(&spans, 8, false), ["Acme ", "active"]);
    }
}
