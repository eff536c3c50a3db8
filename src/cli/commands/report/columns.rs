//! Chooses the columns of a traffic table: those with values.

use ssgctl::model::MessageState;
use ssgctl::report::{self, MessageTotals};

/// The columns of a table whose lines add up to `total`.
///
/// States without messages get no column: the remaining ones still add up to the messages. Parts get one only if they
/// differ from the messages. `delivered` is always shown, because readers look for it.
pub(super) fn with_values(keys: &[&'static str], total: &MessageTotals) -> Vec<&'static str> {
    let has_values = |key: &str| match key {
        "delivered" => true,
        "parts" => total.parts != total.messages(),
        _ => state(key).is_none_or(|state| total.counts.of(state) > 0),
    };
    keys.iter().copied().filter(|key| has_values(key)).collect()
}

fn state(key: &str) -> Option<MessageState> {
    report::STATES.iter().find(|state| state.as_str() == key).copied()
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
    fn a_table_shows_columns_with_values() {
        use MessageState::{Delivered, Expired, Rejected};
        let shown = |total| with_values(&KEYS, &total);
        let few = shown(sums(&[(Delivered, 5), (Rejected, 2)], 9));
        assert_eq!(few, ["day", "messages", "parts", "delivered", "rejected", "rate"]);
        assert_eq!(shown(sums(&[], 0)), ["day", "messages", "delivered", "rate"]);
        assert_eq!(shown(sums(&[(Expired, 3)], 3)), ["day", "messages", "delivered", "expired", "rate"]);
    }
}
