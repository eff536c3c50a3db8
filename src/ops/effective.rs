//! From when a price, a plan or a service counts: the rule of such times, and how the audit log writes them.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::model::{Invalid, Time, second_of};

/// The seconds from 1970-01-01 to the end of the year 9998, the range in which stored times sort as texts.
const SECONDS: std::ops::Range<i64> = 0..253_370_764_800;

/// Refuses a time that prices cannot begin at; `None` is the beginning of all times.
pub(super) fn check(effective_from: Option<Time>) -> Result<()> {
    let Some(time) = effective_from else { return Ok(()) };
    let refused = |rule| Err(Error::invalid("effective_from", time, Invalid::rule(rule)));
    if time != time.whole_second() {
        return refused("must be a whole second");
    }
    if !SECONDS.contains(&second_of(effective_from)) {
        return refused("must be from 1970 to 9998; `beginning` counts for all times");
    }
    Ok(())
}

/// The time in the audit log.
pub(super) fn value(effective_from: Option<Time>) -> Value {
    effective_from.map_or_else(|| "beginning".into(), |time| time.to_string().into())
}
