//! The times at which messages can have been submitted.

use crate::model::{Invalid, day_of};

/// The times at which messages can have been submitted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeLimits {
    /// Messages before this day were pruned.
    pub(crate) pruned_before: Option<i32>,
    /// The latest second, since 1970.
    pub(crate) latest: i64,
}

/// The first second of the year 2000. No gateway has messages from before; a clock that was never set has.
const EARLIEST: i64 = 946_684_800;

impl TimeLimits {
    /// The limits at a time in seconds since 1970.
    pub(crate) fn at(now: i64, pruned_before: Option<i32>) -> Self {
        // Clocks and time zones may be wrong by hours; a file that is wrong by more would be charged for days that have not come.
        const AHEAD: i64 = 7 * 86_400;
        Self { pruned_before, latest: now.saturating_add(AHEAD) }
    }

    /// The rule that a day breaks whose messages were pruned.
    pub(crate) fn pruned(&self, day: i32) -> Option<Invalid> {
        self.pruned_before.filter(|before| day < *before).map(|before| {
            let before = day_of(before);
            Invalid::rule(format!(
                "is before {before}, up to which messages were pruned, so it may have been charged already"
            ))
        })
    }

    /// The rule that a time breaks.
    pub(crate) fn broken_by(&self, seconds: i64) -> Option<Invalid> {
        if seconds < EARLIEST {
            return Some(Invalid::rule("is before the year 2000; was the clock of the gateway set?"));
        }
        (seconds > self.latest).then(|| Invalid::rule("is more than a week in the future"))
    }
}
