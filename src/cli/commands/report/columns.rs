//! Which columns a table of traffic has: as many as there is something to tell in, and as 80 columns of a terminal have room for.

use ssgctl::model::MessageState;
use ssgctl::report::{self, MessageTotals};

/// How wide a table may be: a wider one is wrapped to shreds by a usual terminal.
const WIDTH: usize = 80;
/// What keeps columns apart.
const GAP: usize = 2;
/// What goes first where there is no room, and is told beside the table.
const GO_FIRST: [&str; 2] = ["parts", "rejected"];

/// The columns of a table, and those that found no room with what they add up to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) shown: Vec<&'static str>,
    pub(super) left_out: Vec<(&'static str, i64)>,
}

/// Lays a table out for these sums of all its lines. States of which there is none have no column, so that those that are there
/// add up to the messages; parts have one where they are others than the messages.
pub(super) fn layout(keys: &[&'static str], total: &MessageTotals) -> Layout {
    let is_something = |key: &&str| *key == "delivered" || count(key, total).is_none_or(|count| count > 0);
    let has_parts = total.parts != total.messages();
    let mut shown: Vec<&str> =
        keys.iter().copied().filter(|key| is_something(key) && (*key != "parts" || has_parts)).collect();
    let mut left_out = Vec::new();
    for key in GO_FIRST {
        if width(&shown, total) > WIDTH
            && let Some(place) = shown.iter().position(|shown| *shown == key)
        {
            shown.remove(place);
            left_out.push((key, count(key, total).unwrap_or(0)));
        }
    }
    Layout { shown, left_out }
}

/// What a column adds up to, if it counts.
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

/// How wide a table is, as far as that can be told before its lines: names are taken for as long as their heading.
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
    fn a_table_has_what_there_is_and_fits_into_a_terminal() {
        use MessageState::{Delivered, Expired, Pending, Rejected, Undeliverable, Unknown};
        let few = layout(&KEYS, &sums(&[(Delivered, 5), (Rejected, 2)], 9));
        assert_eq!(few.shown, ["day", "messages", "parts", "delivered", "rejected", "rate"]);
        assert_eq!(few.left_out, []);
        assert_eq!(layout(&KEYS, &sums(&[], 0)).shown, ["day", "messages", "delivered", "rate"]);
        assert_eq!(layout(&KEYS, &sums(&[(Expired, 3)], 3)).shown, ["day", "messages", "delivered", "expired", "rate"]);

        let without_unknown = [(Pending, 1), (Delivered, 5), (Expired, 1), (Undeliverable, 1), (Rejected, 7)];
        let most = layout(&KEYS, &sums(&without_unknown, 20));
        assert_eq!(most.left_out, [("parts", 20)]);
        assert!(most.shown.contains(&"rejected") && most.shown.len() == 8);

        let all = [(Pending, 1), (Delivered, 5), (Expired, 1), (Undeliverable, 1), (Unknown, 1), (Rejected, 7)];
        let total = sums(&all, 20);
        let full = layout(&KEYS, &total);
        assert_eq!(full.left_out, [("parts", 20), ("rejected", 7)]);
        assert!(width(&full.shown, &total) <= WIDTH && width(&KEYS, &total) > WIDTH);
    }
}
