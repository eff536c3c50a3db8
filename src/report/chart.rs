//! Bar charts as plain data: a row of bars, each stacked from the same series. Renderers decide how they look.

/// A chart of stacked bars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    pub title: String,
    /// What the title does not say, such as the period.
    pub subtitle: String,
    /// What each bar is stacked from, from the bottom up.
    pub series: Vec<Series>,
    pub bars: Vec<Bar>,
}

/// One layer of all bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Series {
    pub name: &'static str,
    pub hue: Hue,
}

/// The colour of a series; each renderer has its own shade and fill of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hue {
    Orange,
    Green,
    Yellow,
    Red,
    Magenta,
    Grey,
}

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The full label.
    pub label: String,
    /// The short label on the axis; most bars of a long row have none.
    pub tick: Option<String>,
    /// The value of each series.
    pub parts: Vec<u64>,
}

impl Bar {
    /// The height: the sum of its parts.
    pub fn total(&self) -> u64 {
        self.parts.iter().fold(0, |sum, part| sum.saturating_add(*part))
    }
}

impl Chart {
    /// The height of the highest bar.
    pub fn highest(&self) -> u64 {
        self.bars.iter().map(Bar::total).max().unwrap_or(0)
    }

    /// The sum of all bars.
    pub fn total(&self) -> u64 {
        self.bars.iter().fold(0, |sum, bar| sum.saturating_add(bar.total()))
    }

    /// The series that are not empty, each with its index and its total.
    pub fn present(&self) -> Vec<(usize, Series, u64)> {
        let of = |index: usize| self.bars.iter().fold(0, |sum: u64, bar| sum.saturating_add(bar.parts[index]));
        let all = self.series.iter().enumerate().map(|(index, series)| (index, *series, of(index)));
        all.filter(|(_, _, total)| *total > 0).collect()
    }
}

/// The ticks of an axis: from zero in equal steps of 1, 2 or 5 times a power of ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    pub step: u64,
    /// The last tick, at or above the highest value.
    pub top: u64,
}

impl Scale {
    /// The coarsest scale for values up to `highest` that has at least four steps, where whole numbers allow it.
    pub fn of(highest: u64) -> Self {
        let highest = highest.max(1);
        let mut step: u64 = 1;
        for factor in [2_u64, 5, 10].into_iter().cycle() {
            let magnitude = 10_u64.pow(step.ilog10());
            let next = magnitude.saturating_mul(factor);
            if highest.div_ceil(next) < 4 || next == u64::MAX {
                break;
            }
            step = next;
        }
        Self { step, top: highest.div_ceil(step).saturating_mul(step) }
    }

    /// Every tick, zero first.
    pub fn ticks(self) -> impl Iterator<Item = u64> {
        (0..=self.top / self.step).map(move |number| number * self.step)
    }
}

/// A short form of a count: `950`, `1.5k`, `20M`. It is rounded down.
pub fn compact_count(count: u64) -> String {
    let (unit, suffix) = match count {
        0..1_000 => return count.to_string(),
        1_000..1_000_000 => (1_000, 'k'),
        1_000_000..1_000_000_000 => (1_000_000, 'M'),
        _ => (1_000_000_000, 'G'),
    };
    match (count / unit, count % unit * 10 / unit) {
        (whole, 0) => format!("{whole}{suffix}"),
        (whole, tenth) => format!("{whole}.{tenth}{suffix}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_axis_counts_in_ones_twos_and_fives() {
        for (highest, step, top) in [
            (0, 1, 1),
            (1, 1, 1),
            (3, 1, 3),
            (7, 2, 8),
            (12, 2, 12),
            (99, 20, 100),
            (100, 20, 100),
            (12_345, 2_000, 14_000),
            (22_200, 5_000, 25_000),
        ] {
            assert_eq!(Scale::of(highest), Scale { step, top }, "{highest}");
        }
        assert_eq!(Scale::of(7).ticks().collect::<Vec<_>>(), [0, 2, 4, 6, 8]);
    }

    #[test]
    fn a_count_has_a_short_form() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1k"),
            (1_500, "1.5k"),
            (10_000, "10k"),
            (999_999, "999.9k"),
            (2_000_000, "2M"),
            (7_200_000_000, "7.2G"),
        ] {
            assert_eq!(compact_count(count), text);
        }
    }

    proptest! {
        #[test]
        fn every_value_is_within_its_axis(highest in 0..u64::MAX / 4) {
            let scale = Scale::of(highest);
            prop_assert!(scale.top >= highest && scale.top.is_multiple_of(scale.step));
            prop_assert!(scale.ticks().count() <= 11);
            prop_assert!(highest < 4 || scale.ticks().count() >= 5);
        }
    }
}
