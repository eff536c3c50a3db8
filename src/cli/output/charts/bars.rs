//! Bar charts in a terminal, one line per bar. Each series has its own character, so the chart is readable without colour.

use anstyle::{Ansi256Color, AnsiColor, Color, Style};
use ssgctl::report::{Bar, Chart, Hue, Series};
use unicode_width::UnicodeWidthStr;

use crate::escape::visible;

/// The width of a chart if stdout is not a terminal.
const WIDTH: u16 = 80;
/// The minimum length of the longest bar, however narrow the terminal.
const MIN_ROOM: usize = 10;
/// The space between columns.
const GAP: &str = "  ";

/// The lines of a chart.
pub(crate) fn lines(chart: &Chart, width: Option<u16>, colour: bool) -> Vec<String> {
    let pen = Pen { colour };
    let labels: Vec<String> = chart.bars.iter().map(|bar| visible(&bar.label).into_owned()).collect();
    let label_width = labels.iter().map(|label| label.width()).max().unwrap_or(0);
    let total_width = chart.highest().to_string().len();
    let taken = label_width + total_width + 2 * GAP.len();
    let room = usize::from(width.unwrap_or(WIDTH)).saturating_sub(taken).max(MIN_ROOM);
    let mut lines = vec![pen.bold(&visible(&chart.title)), visible(&chart.subtitle).into_owned()];
    lines.push(String::new());
    for (bar, label) in chart.bars.iter().zip(&labels) {
        let padding = " ".repeat(label_width - label.width());
        let (drawn, length) = pen.bar(chart, bar, room);
        let rest = " ".repeat(room - length);
        lines.push(format!("{label}{padding}{GAP}{drawn}{rest}{GAP}{:>total_width$}", bar.total()));
    }
    let legend = pen.legend(chart, usize::from(width.unwrap_or(WIDTH)));
    if !legend.is_empty() {
        lines.push(String::new());
        lines.extend(legend);
    }
    lines
}

/// The character of a series.
fn fill(hue: Hue) -> char {
    match hue {
        Hue::Green => '█',
        Hue::Orange => '░',
        Hue::Yellow => '▒',
        Hue::Red => '▓',
        Hue::Magenta => '?',
        Hue::Grey => '×',
    }
}

fn style(hue: Hue) -> Style {
    let color = match hue {
        Hue::Green => AnsiColor::Green.into(),
        // The 16 standard colours have no orange.
        Hue::Orange => Color::Ansi256(Ansi256Color(208)),
        Hue::Yellow => AnsiColor::Yellow.into(),
        Hue::Red => AnsiColor::Red.into(),
        Hue::Magenta => AnsiColor::Magenta.into(),
        Hue::Grey => Color::Ansi256(Ansi256Color(245)),
    };
    Style::new().fg_color(Some(color))
}

/// The length of each part of a bar in characters. A bar that is not zero has at least one character.
fn lengths(bar: &Bar, highest: u64, room: usize) -> Vec<usize> {
    // Rounding the running sum, not each part, keeps the length of the whole bar exact.
    let end_of = |sum: u64| {
        let (sum, room, highest) = (u128::from(sum), room as u128, u128::from(highest.max(1)));
        usize::try_from((sum * room * 2 + highest) / (highest * 2)).unwrap_or(0)
    };
    let (mut sum, mut start) = (0_u64, 0);
    let mut lengths = Vec::with_capacity(bar.parts.len());
    for part in &bar.parts {
        sum = sum.saturating_add(*part);
        let end = end_of(sum);
        lengths.push(end - start);
        start = end;
    }
    // Otherwise a bar far below the highest would look empty.
    if start == 0
        && sum > 0
        && let Some(longest) = (0..bar.parts.len()).max_by_key(|index| bar.parts[*index])
    {
        lengths[longest] = 1;
    }
    lengths
}

struct Pen {
    colour: bool,
}

impl Pen {
    /// A bar and its length in characters.
    fn bar(&self, chart: &Chart, bar: &Bar, room: usize) -> (String, usize) {
        let lengths = lengths(bar, chart.highest(), room);
        let parts = chart.series.iter().zip(&lengths).filter(|(_, length)| **length > 0);
        let drawn = parts.map(|(series, length)| self.paint(*series, &fill(series.hue).to_string().repeat(*length)));
        (drawn.collect(), lengths.iter().sum())
    }

    /// The legend with the total of each series, wrapped to a width.
    fn legend(&self, chart: &Chart, width: usize) -> Vec<String> {
        let (mut lines, mut length) = (Vec::<String>::new(), 0);
        for (_, series, total) in chart.present() {
            let words = format!(" {} {total}", series.name);
            let entry = self.paint(series, &fill(series.hue).to_string()) + &words;
            length += GAP.len() + 1 + words.width();
            match lines.last_mut() {
                Some(line) if length <= width => *line += &format!("{GAP}{entry}"),
                _ => {
                    length = 1 + words.width();
                    lines.push(entry);
                }
            }
        }
        lines
    }

    fn paint(&self, series: Series, text: &str) -> String {
        let style = style(series.hue);
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn bold(&self, text: &str) -> String {
        let bold = Style::new().bold();
        if self.colour { format!("{bold}{text}{bold:#}") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chart(bars: &[(&str, &[u64])]) -> Chart {
        let hues = [("delivered", Hue::Green), ("pending", Hue::Orange), ("undeliverable", Hue::Red)];
        Chart {
            title: "Traffic".to_owned(),
            subtitle: "two days".to_owned(),
            series: hues.map(|(name, hue)| Series { name, hue }).to_vec(),
            bars: bars
                .iter()
                .map(|(label, parts)| Bar { label: (*label).to_owned(), tick: None, parts: parts.to_vec() })
                .collect(),
        }
    }

    #[test]
    fn each_series_has_a_character_of_its_own_and_a_legend_says_which() {
        let chart = chart(&[("Monday", &[60, 0, 20]), ("Tuesday", &[0, 0, 0]), ("Wednesday", &[20, 20, 0])]);
        let drawn = lines(&chart, Some(35), false).join("\n");
        let expected = "Traffic\ntwo days\n\n\
            Monday     ███████████████▓▓▓▓▓  80\n\
            Tuesday                           0\n\
            Wednesday  █████░░░░░            40\n\n\
            █ delivered 80  ░ pending 20\n\
            ▓ undeliverable 20";
        assert_eq!(drawn, expected);
    }

    #[test]
    fn colour_adds_to_a_chart_and_changes_nothing_in_it() {
        let chart = chart(&[("Monday", &[60, 1, 20]), ("Tuesday", &[5, 5, 5])]);
        let coloured = lines(&chart, None, true).join("\n");
        assert!(coloured.contains("\u{1b}[32m█") && coloured.contains("\u{1b}[38;5;208m"));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), lines(&chart, None, false).join("\n"));
    }

    #[test]
    fn a_hostile_label_moves_nothing() {
        let drawn = lines(&chart(&[("a\u{1b}[2Jb", &[1, 0, 0])]), None, false).join("\n");
        assert!(drawn.contains("a\\u{1b}[2Jb") && !drawn.contains('\u{1b}'));
    }

    proptest! {
        #[test]
        fn no_bar_leaves_its_room(parts in prop::collection::vec(0..u64::MAX / 8, 3), more: u64, room in 10_usize..200) {
            let bar = Bar { label: String::new(), tick: None, parts };
            let highest = bar.total().saturating_add(more);
            let length: usize = lengths(&bar, highest, room).iter().sum();
            prop_assert!(length <= room);
            prop_assert_eq!(length > 0, bar.total() > 0);
        }
    }
}
