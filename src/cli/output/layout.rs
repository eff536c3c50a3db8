//! Decides how wide the columns of a table are, and wraps and shortens cells to that.
//!
//! Words are never broken: cells wrap at spaces, and headings also after an underscore. Where the longest words of all columns do
//! not fit a terminal, long words end in an ellipsis, but never those of the first column, which has the name or the number of the
//! row. Where that is not enough, columns at the right are left out, and an ellipsis stands in their place.

use unicode_width::UnicodeWidthStr;

/// The distance of two columns.
pub(super) const GAP: usize = 2;

/// What stands for something that was left out.
pub(super) const ELLIPSIS: &str = "…";

/// The fewest characters that are kept of a word.
const SHORTEST_WORD: usize = 8;

/// What a column needs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ColumnNeeds {
    /// The width in which nothing wraps.
    pub(super) whole: usize,
    /// The width of the longest word.
    pub(super) word: usize,
    /// The width of the longest word that must not be shortened, such as an amount.
    pub(super) figure: usize,
}

impl ColumnNeeds {
    /// Adds a cell; no word of it may be shortened if it `is_number`.
    pub(super) fn add(&mut self, text: &str, is_number: bool) {
        for line in text.split('\n') {
            self.whole = self.whole.max(line.width());
        }
        for word in text.split([' ', '\n']) {
            self.word = self.word.max(word.width());
            if is_number || is_figure(word) {
                self.figure = self.figure.max(word.width());
            }
        }
    }

    /// Adds a heading.
    pub(super) fn add_heading(&mut self, heading: &str) {
        self.whole = self.whole.max(heading.width());
        for part in heading.split_inclusive(['_', ' ']) {
            let width = part.trim_end().width();
            self.word = self.word.max(width);
            self.figure = self.figure.max(width);
        }
    }
}

/// Whether a word has only digits and the punctuation of amounts, dates and times.
fn is_figure(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_ascii_digit() || "+-.,:".contains(c))
}

/// The widths of the columns that fit a terminal, from the left. Fewer than there are if some must be left out.
pub(super) fn fit(columns: &[ColumnNeeds], width: usize) -> Vec<usize> {
    for count in (1..=columns.len()).rev() {
        let room = if count < columns.len() { width.saturating_sub(GAP + ELLIPSIS.width()) } else { width };
        let gaps = GAP * (count - 1);
        let minimum = shortened(&columns[..count], room.saturating_sub(gaps));
        if minimum.iter().sum::<usize>() + gaps <= room || count == 1 {
            return widened(&columns[..count], minimum, room.saturating_sub(gaps));
        }
    }
    Vec::new()
}

/// The widths of the longest words, of which the widest are shortened until they fit, if they can be.
fn shortened(columns: &[ColumnNeeds], room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(|column| column.word).collect();
    let floors: Vec<usize> = columns.iter().map(|column| column.figure.max(SHORTEST_WORD)).collect();
    while widths.iter().sum::<usize>() > room {
        let widest =
            (1..widths.len()).filter(|index| widths[*index] > floors[*index]).max_by_key(|index| widths[*index]);
        match widest {
            Some(index) => widths[index] -= 1,
            None => break,
        }
    }
    widths
}

/// Shares the rest of the room among the columns that would wrap, a place at a time to the one that lacks most.
fn widened(columns: &[ColumnNeeds], mut widths: Vec<usize>, room: usize) -> Vec<usize> {
    let mut rest = room.saturating_sub(widths.iter().sum());
    // First a whole column wherever it takes no more than its share, so that short texts do not wrap for the sake of a long one.
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

/// The lines of a cell in a width. A longer word is shortened, unless it `may_overflow`.
pub(super) fn wrapped(text: &str, width: usize, may_overflow: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        if paragraph.width() <= width {
            lines.push(paragraph.to_owned());
            continue;
        }
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let word = if may_overflow { word.to_owned() } else { with_ellipsis(word, width) };
            if line.is_empty() {
                line = word;
            } else if line.width() + 1 + word.width() <= width {
                line = format!("{line} {word}");
            } else {
                lines.push(std::mem::replace(&mut line, word));
            }
        }
        lines.push(line);
    }
    lines
}

/// The lines of a heading in a width.
pub(super) fn wrapped_heading(heading: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for part in heading.split_inclusive(['_', ' ']) {
        match lines.last_mut() {
            Some(line) if line.is_empty() || line.width() + part.trim_end().width() <= width => line.push_str(part),
            _ => lines.push(part.to_owned()),
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

/// A word, or its beginning and an ellipsis.
fn with_ellipsis(word: &str, width: usize) -> String {
    if word.width() <= width {
        return word.to_owned();
    }
    let mut kept = String::new();
    for character in word.chars() {
        let mut longer = kept.clone();
        longer.push(character);
        if longer.width() + ELLIPSIS.width() > width {
            break;
        }
        kept = longer;
    }
    kept + ELLIPSIS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(cells: &[&str]) -> ColumnNeeds {
        let mut needs = ColumnNeeds::default();
        for cell in cells {
            needs.add(cell, false);
        }
        needs
    }

    #[test]
    fn short_columns_keep_their_width_and_long_ones_share_the_rest() {
        let text = "a text of several words that is longer than any terminal is wide, or should be";
        let columns = [needs(&["1"]), needs(&["ABC Corp"]), needs(&[text]), needs(&[text])];
        assert_eq!(fit(&columns, 200), [1, 8, 78, 78]);
        let widths = fit(&columns, 80);
        assert_eq!((widths[0], widths[1], widths.iter().sum::<usize>()), (1, 8, 74));
        assert!(widths[2].abs_diff(widths[3]) <= 1, "{widths:?}");
    }

    #[test]
    fn long_words_are_shortened_before_columns_are_left_out() {
        let columns = [needs(&["a-system-id-001"]), needs(&["accounts@a-long-domain.example"]), needs(&["2026-11-28"])];
        assert_eq!(fit(&columns, 60), [15, 30, 10]);
        assert_eq!(fit(&columns, 40), [15, 11, 10]);
        assert_eq!(fit(&columns, 30), [15, 10]);
        assert_eq!(fit(&columns, 5), [15]);
    }

    #[test]
    fn cells_wrap_at_spaces_only() {
        assert_eq!(wrapped("bank transfer of November", 10, false), ["bank", "transfer", "of", "November"]);
        assert_eq!(wrapped("a@long.example b", 8, false), ["a@long.…", "b"]);
        assert_eq!(wrapped("a@long.example b", 8, true), ["a@long.example", "b"]);
        assert_eq!(wrapped("one\ntwo", 8, false), ["one", "two"]);
        assert_eq!(wrapped("日本日本日本", 5, false), ["日本…"]);
        assert_eq!(wrapped_heading("balance_after", 8), ["balance_", "after"]);
        assert_eq!(wrapped_heading("balance_after", 13), ["balance_after"]);
    }
}
