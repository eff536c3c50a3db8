//! Decides which columns of a table fit a terminal, how wide they are, and how their cells are shortened or wrapped.
//!
//! Headings, words, numbers and addresses are never broken. Free text is shortened first, then the least needed columns are left
//! out, from the right. If not even the essential columns fit, there is no table, and the caller writes a block of lines for each
//! record.

use unicode_width::UnicodeWidthStr;

use crate::output::column_layout::{ColumnKind, ColumnNeed};

/// The distance of two columns.
pub(super) const GAP: usize = 2;

/// What stands for something that was left out.
pub(super) const ELLIPSIS: &str = "…";

/// The fewest characters that are kept of a free text.
const SHORTEST_TEXT: usize = 14;

/// The narrowest column in which a free text wraps.
const NARROWEST_PROSE: usize = 24;

/// What a column needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct ColumnNeeds {
    /// The width in which nothing is shortened or wrapped.
    pub(super) whole: usize,
    /// The width that it needs at least.
    pub(super) least: usize,
    pub(super) need: ColumnNeed,
}

impl ColumnNeeds {
    pub(super) fn new(heading: &str, need: ColumnNeed) -> Self {
        Self { whole: heading.width(), least: heading.width(), need }
    }

    /// Adds a cell. `wraps` says that it is a list, which may wrap between its items.
    pub(super) fn add(&mut self, text: &str, kind: ColumnKind, wraps: bool) {
        let whole = text.split('\n').map(UnicodeWidthStr::width).max().unwrap_or_default();
        let word = || text.split([' ', '\n']).map(UnicodeWidthStr::width).max().unwrap_or_default();
        let least = match kind {
            ColumnKind::Text | ColumnKind::File => whole.min(SHORTEST_TEXT),
            ColumnKind::Prose => word().max(whole.min(NARROWEST_PROSE)),
            _ if wraps => items(text).map(UnicodeWidthStr::width).max().unwrap_or_default(),
            _ => whole,
        };
        self.whole = self.whole.max(whole);
        self.least = self.least.max(least);
    }
}

/// The places and widths of the columns to show; none if not even the essential ones fit. The first column is always essential.
pub(super) fn fit(columns: &[ColumnNeeds], width: usize) -> Option<Vec<(usize, usize)>> {
    let mut places: Vec<usize> = (0..columns.len()).collect();
    loop {
        let gaps = GAP * places.len().saturating_sub(1);
        let least: usize = places.iter().map(|place| columns[*place].least).sum();
        if least + gaps <= width {
            let kept: Vec<ColumnNeeds> = places.iter().map(|place| columns[*place]).collect();
            return Some(places.into_iter().zip(widened(&kept, width - gaps)).collect());
        }
        // The last of those that are needed least.
        let (index, need) = places
            .iter()
            .enumerate()
            .skip(1)
            .map(|(index, place)| (index, columns[*place].need))
            .rev()
            .min_by_key(|(_, need)| *need)?;
        if need == ColumnNeed::Essential {
            return None;
        }
        places.remove(index);
    }
}

/// Shares the rest of the room among the columns that lack some.
fn widened(columns: &[ColumnNeeds], room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(|column| column.least).collect();
    let mut rest = room.saturating_sub(widths.iter().sum());
    // First a whole column wherever it takes no more than its share, so that short texts are not cut for the sake of a long one.
    loop {
        let lacking: Vec<usize> = (0..widths.len()).filter(|index| widths[*index] < columns[*index].whole).collect();
        let Some(share) = rest.checked_div(lacking.len()) else { return widths };
        let modest: Vec<usize> =
            lacking.iter().copied().filter(|index| columns[*index].whole - widths[*index] <= share).collect();
        if modest.is_empty() {
            let extra = rest % lacking.len();
            for (place, index) in lacking.into_iter().enumerate() {
                widths[index] += share + usize::from(place < extra);
            }
            return widths;
        }
        for index in modest {
            rest -= columns[index].whole - widths[index];
            widths[index] = columns[index].whole;
        }
    }
}

/// The lines of a text in a width. A longer word sticks out.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        if paragraph.width() <= width {
            lines.push(paragraph.to_owned());
            continue;
        }
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if line.is_empty() {
                word.clone_into(&mut line);
            } else if line.width() + 1 + word.width() <= width {
                line.push(' ');
                line.push_str(word);
            } else {
                lines.push(std::mem::replace(&mut line, word.to_owned()));
            }
        }
        lines.push(line);
    }
    lines
}

/// The items of a list, each with the comma that follows it.
fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(", ").map(|item| item.strip_suffix(' ').unwrap_or(item))
}

/// The lines of a list in a width; no item is broken.
pub(super) fn wrapped_list(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for item in items(text) {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(item),
            Some(line) if line.width() + 1 + item.width() <= width => *line = format!("{line} {item}"),
            _ => lines.push(item.to_owned()),
        }
    }
    lines
}

/// A text, or its first words and an ellipsis. A word is cut only if it alone is too long, or if little else would be left.
pub(super) fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(ELLIPSIS.width());
    let mut kept = String::new();
    for character in text.chars() {
        kept.push(character);
        if kept.width() > room {
            kept.pop();
            break;
        }
    }
    let is_at_space = text[kept.len()..].starts_with(' ');
    let words = if is_at_space { kept.as_str() } else { kept.rsplit_once(' ').map_or("", |(words, _)| words) };
    let words = words.trim_end_matches([' ', ',', ';', ':']);
    let kept = if words.width() * 3 >= room * 2 { words } else { &kept };
    format!("{kept}{ELLIPSIS}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(cell: &str, kind: ColumnKind, need: ColumnNeed) -> ColumnNeeds {
        let mut needs = ColumnNeeds::new("key", need);
        needs.add(cell, kind, false);
        needs
    }

    #[test]
    fn free_texts_share_what_the_others_leave() {
        let text = "a text of several words that is longer than any terminal is wide, or should be";
        let (value, text) = (
            |cell| needs(cell, ColumnKind::Value, ColumnNeed::Useful),
            needs(text, ColumnKind::Text, ColumnNeed::Useful),
        );
        let widths = |width| {
            let columns = [value("1"), value("ABC Corp"), text, text];
            fit(&columns, width).map(|columns| columns.into_iter().map(|(_, width)| width).collect::<Vec<_>>())
        };
        assert_eq!(widths(200), Some(vec![3, 8, 78, 78]));
        assert_eq!(widths(80), Some(vec![3, 8, 32, 31]));
        assert_eq!(widths(45), Some(vec![3, 8, 14, 14]));
        assert_eq!(widths(44), Some(vec![3, 8, 29]));
    }

    #[test]
    fn the_least_needed_columns_go_first_from_the_right() {
        use ColumnNeed::{Essential, Minor, Useful};
        let columns =
            [Minor, Useful, Minor, Essential, Useful, Minor].map(|need| needs("12345678", ColumnKind::Value, need));
        let places =
            |width| fit(&columns, width).map(|columns| columns.into_iter().map(|(place, _)| place).collect::<Vec<_>>());
        assert_eq!(places(58), Some(vec![0, 1, 2, 3, 4, 5]));
        assert_eq!(places(57), Some(vec![0, 1, 2, 3, 4]));
        assert_eq!(places(47), Some(vec![0, 1, 3, 4]));
        assert_eq!(places(37), Some(vec![0, 1, 3]));
        assert_eq!(places(27), Some(vec![0, 3]));
        assert_eq!(places(17), None, "essential columns are never left out");
    }

    #[test]
    fn texts_are_cut_between_words() {
        assert_eq!(shortened("bank transfer of November", 25), "bank transfer of November");
        assert_eq!(shortened("bank transfer of November", 20), "bank transfer of…");
        assert_eq!(shortened("bank transfer, of November", 15), "bank transfer…");
        assert_eq!(shortened("traffic-2026-11-26.csv", 10), "traffic-2…");
        assert_eq!(shortened("a traffic-2026-11-26.csv", 10), "a traffic…");
        assert_eq!(shortened("asked about invoices", 10), "asked abo…", "rather than half of the room");
        assert_eq!(shortened("日本日本日本", 5), "日本…");
    }

    #[test]
    fn prose_wraps_between_words() {
        assert_eq!(wrapped("bank transfer of November", 10), ["bank", "transfer", "of", "November"]);
        assert_eq!(wrapped("a@long.example b", 8), ["a@long.example", "b"]);
        assert_eq!(wrapped("one\ntwo", 8), ["one", "two"]);
    }

    #[test]
    fn lists_wrap_between_items() {
        assert_eq!(wrapped_list("5,760 SMS, 46.80 EUR", 20), ["5,760 SMS, 46.80 EUR"]);
        assert_eq!(wrapped_list("5,760 SMS, 46.80 EUR", 12), ["5,760 SMS,", "46.80 EUR"]);
    }
}
