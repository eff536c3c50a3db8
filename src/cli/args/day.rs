//! A day on the command line, such as 2026-11-24.

use std::str::FromStr;

use jiff::civil::Date;
use ssgctl::model::{Invalid, parse_date};

/// A day by its date.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DayArg(pub(crate) Date);

impl FromStr for DayArg {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        parse_date(text)?.map(Self).ok_or_else(|| Invalid::rule("must be a date, such as 2026-11-24"))
    }
}
