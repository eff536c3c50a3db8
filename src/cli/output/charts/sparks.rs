//! Sparklines in a terminal: traffic over time, one character per hour, day or month. They need no colour.

use anstyle::Style;
use ssgctl::report::Sparkline;
use unicode_width::UnicodeWidthStr;

use crate::escape::visible;

/// The width of the drawing if stdout is not a terminal.
const WIDTH: u16 = 80;
/// The minimum length of a sparkline, however narrow the terminal.
const MIN_ROOM: usize = 10;
const GAP: &str = "  ";
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The character for zero.
const ZERO: char = '·';

/// Sparklines with their title and the unit of time of a value.
#[derive(Debug)]
pub(crate) struct Sparks<'a> {
    pub(crate) title: &'a str,
    pub(crate) subtitle: &'a str,
    pub(crate) lines: &'a [Sparkline],
    /// The time that a value covers: `hour`, `day` or `month`.
    pub(crate) grain: &'static str,
}

/// The lines of the drawing.
pub(crate) fn lines(sparks: &Sparks<'_>, width: Option<u16>, colour: bool) -> Vec<String> {
    let labels: Vec<String> = sparks.lines.iter().map(|line| visible(&line.label).into_owned()).collect();
    let label_width = labels.iter().map(|label| label.width()).max().unwrap_or(0);
    let totals: Vec<String> = sparks.lines.iter().map(|line| line.sums.messages().to_string()).collect();
    let total_width = totals.iter().map(String::len).max().unwrap_or(0);
    let label_gap = if label_width == 0 { "" } else { GAP };
    let taken = label_width + label_gap.len() + GAP.len() + total_width;
    let room = usize::from(width.unwrap_or(WIDTH)).saturating_sub(taken).max(MIN_ROOM);
    let values = sparks.lines.iter().map(|line| line.values.len()).max().unwrap_or(0);
    let together = values.div_ceil(room).max(1);

    let bold = Style::new().bold();
    let title = visible(sparks.title);
    let title = if colour { format!("{bold}{title}{bold:#}") } else { title.into_owned() };
    let mut drawn = vec![title, visible(sparks.subtitle).into_owned(), String::new()];
    for ((line, label), total) in sparks.lines.iter().zip(&labels).zip(&totals) {
        let padding = " ".repeat(label_width - label.width());
        let spark = heights(&line.values, together);
        drawn.push(format!("{label}{padding}{label_gap}{spark}{GAP}{total:>total_width$}"));
    }
    if !sparks.lines.is_empty() {
        let span =
            if together == 1 { format!("one {}", sparks.grain) } else { format!("{together} {}s", sparks.grain) };
        drawn.push(String::new());
        drawn.push(format!("one character = {span}; █ maximum of the line, {ZERO} none"));
    }
    drawn
}

/// Draws values as heights, one character each.
pub(crate) fn spark(values: &[u64]) -> String {
    heights(values, 1)
}

/// Draws values as heights, summing `together` values per character. A value above zero never looks like zero.
fn heights(values: &[u64], together: usize) -> String {
    let sums: Vec<u64> = values
        .chunks(together)
        .map(|chunk| chunk.iter().fold(0, |sum: u64, value| sum.saturating_add(*value)))
        .collect();
    let most = u128::from(sums.iter().copied().max().unwrap_or(0));
    let height = |sum: &u64| match (u128::from(*sum) * HEIGHTS.len() as u128).div_ceil(most.max(1)) {
        0 => ZERO,
        eighths => HEIGHTS[usize::try_from(eighths - 1).unwrap_or(0).min(HEIGHTS.len() - 1)],
    };
    sums.iter().map(height).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ssgctl::model::{MessageState, StateCounts};
    use ssgctl::report::MessageTotals;

    fn sparkline(label: &str, values: &[u64]) -> Sparkline {
        let mut counts = StateCounts::default();
        for value in values {
            counts.add(MessageState::Delivered, value.cast_signed());
        }
        Sparkline { label: label.to_owned(), sums: MessageTotals { counts, parts: 0 }, values: values.to_vec() }
    }

    #[test]
    fn heights_distinguish_the_maximum_small_values_and_zero() {
        assert_eq!(heights(&[0, 1, 50, 100, 800, 799, 700, 101], 1), "·▁▁▁██▇▂");
        assert_eq!(heights(&[0, 0], 1), "··");
        assert_eq!(heights(&[5], 1), "█");
        assert_eq!(heights(&[1, 1, 0, 4, 2], 2), "▄█▄");
        assert_eq!(heights(&[u64::MAX, u64::MAX, 1], 2), "█▁");
    }

    #[test]
    fn lines_are_aligned_and_a_legend_explains_the_characters() {
        let both = [sparkline("acme", &[1, 0, 8]), sparkline("café du port", &[1000, 0, 500])];
        let sparks = Sparks { title: "SMS traffic", subtitle: "three days", lines: &both, grain: "day" };
        assert_eq!(
            lines(&sparks, None, false),
            [
                "SMS traffic",
                "three days",
                "",
                "acme          ▁·█     9",
                "café du port  █·▄  1500",
                "",
                "one character = one day; █ maximum of the line, · none",
            ]
        );
        let one = [sparkline("", &[1; 100])];
        let narrow = lines(&Sparks { lines: &one, grain: "hour", ..sparks }, Some(40), false);
        assert_eq!(narrow[3], format!("{}  100", "█".repeat(33) + "▃"));
        assert!(narrow[5].starts_with("one character = 3 hours;"), "{narrow:?}");
    }

    proptest! {
        #[test]
        fn a_line_is_never_wider_than_its_terminal(values in proptest::collection::vec(0..u64::MAX / 1_000, 1..300), width in 40_u16..200) {
            let one = [sparkline("port", &values)];
            let sparks = Sparks { title: "t", subtitle: "s", lines: &one, grain: "day" };
            let drawn = lines(&sparks, Some(width), true);
            prop_assert!(drawn[3].width() <= usize::from(width), "{}", drawn[3]);
            prop_assert!(drawn[3].contains('█') || values.iter().all(|value| *value == 0));
        }
    }
}
