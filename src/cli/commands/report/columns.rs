//! Chooses the columns of a traffic table: those with values, as far as they fit a terminal of 80 columns.

use ssgctl::model::MessageState;
use ssgctl::report::{self, MessageTotals};

/// Maximum width of a table: a usual terminal wraps longer lines, which makes them unreadable.
const WIDTH: usize = 80;
/// Spaces between columns.
const GAP: usize = 2;
/// Columns dropped first if there is no room, in this order. A note reports their sums.
const DROPPED_FIRST: [&str; 2] = ["parts", "rejected"];

/// The columns of a table, and the dropped ones with their sums.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) shown: Vec<&'static str>,
    pub(super) dropped: Vec<(&'static str, i64)>,
}

/// Lays out a table whose lines add up to `total`.
///
/// States without messages get no column: the remaining ones still add up to the messages. Parts get one only if they
/// differ from the messages. `delivered` is always shown, because readers look for it.
pub(super) fn layout(keys: &[&'static str], total: &MessageTotals) -> Layout {
    let has_values = |key: &&str| *key == "delivered" || count(key, total).is_none_or(|count| count > 0);
    let has_parts = total.parts != total.messages();
    let mut shown: Vec<&str> =
        keys.iter().copied().filter(|key| has_values(key) && (*key != "parts" || has_parts)).collect();
    let mut dropped = Vec::new();
    for key in DROPPED_FIRST {
        if width(&shown, total) > WIDTH
            && let Some(place) = shown.iter().position(|shown| *shown == key)
        {
            shown.remove(place);
            dropped.push((key, count(key, total).unwrap_or(0)));
        }
    }
    Layout { shown, dropped }
}

/// The sum of a column, if it is a column of counts.
fn count(key: &str, total: &MessageTotals) -> Option<i64> {
    match key {
        "messages" => Some(total.messages().max(1)),
        "parts" => Some(total.parts.max(1)),
        _ => report::STATES
            .iter()
            .find(|state| state.as_str() == key)
            .map(|state: &MessageState| total.counts.of(*state)),
    }
}

/// The estimated width of a table. Names are not known yet, and count as long as their heading.
fn width(shown: &[&str], total: &MessageTotals) -> usize {
    let column = |key: &&str| {
        let longest = match *key {
            "day" => 10,
            "hour" => 16,
            key => count(key, total).map_or(0, |count| count.to_string().len()),
        };
        longest.max(key.len()) + GAP
    };
    shown.iter().map(column).sum::<usize>().saturating_sub(GAP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ssgctl::model::StateCounts;

    const KEYS: [&str; 10] =
        ["day", "messages", "parts", "pending", "delivered", "expired", "undeliverable", "unknown", "rejected", "rate"];

    fn sums(states: &[(MessageState, i64)], parts: i64) -> MessageTotals {
        let mut counts = StateCounts::default();
        for (state, count) in states {
            counts.add(*state, *count);
        }
        MessageTotals { counts, parts }
    }

    #[test]
    fn a_table_shows_columns_with_values_and_fits_a_terminal() {
        use MessageState::{Delivered, Expired, Pending, Rejected, Undeliverable, Unknown};
        let few = layout(&KEYS, &sums(&[(Delivered, 5), (Rejected, 2)], 9));
        assert_eq!(few.shown, ["day", "messages", "parts", "delivered", "rejected", "rate"]);
        assert_eq!(few.dropped, []);
        assert_eq!(layout(&KEYS, &sums(&[], 0)).shown, ["day", "messages", "delivered", "rate"]);
        assert_eq!(layout(&KEYS, &sums(&[(Expired, 3)], 3)).shown, ["day", "messages", "delivered", "expired", "rate"]);

        let without_unknown = [(Pending, 1), (Delivered, 5), (Expired, 1), (Undeliverable, 1), (Rejected, 7)];
        let most = layout(&KEYS, &sums(&without_unknown, 20));
        assert_eq!(most.dropped, [("parts", 20)]);
        assert!(most.shown.contains(&"rejected") && most.shown.len() == 8);

        let all = [(Pending, 1), (Delivered, 5), (Expired, 1), (Undeliverable, 1), (Unknown, 1), (Rejected, 7)];
        let total = sums(&all, 20);
        let full = layout(&KEYS, &total);
        assert_eq!(full.dropped, [("parts", 20), ("rejected", 7)]);
        assert!(width(&full.shown, &total) <= WIDTH && width(&KEYS, &total) > WIDTH);
    }
}
