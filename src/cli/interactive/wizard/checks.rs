//! Checks of answers: the rules of model types, and rules between answers.

use std::fmt::Display;
use std::str::FromStr;

use ssgctl::model::{Invalid, IpRange, Money, PostalAddress, Unit};

use crate::interactive::wizard::answers::Answers;

/// Checks by the rule of a type.
pub(crate) fn parse<T: FromStr<Err = Invalid> + Display>(text: &str, _: &Answers) -> Result<String, Invalid> {
    text.parse::<T>().map(|value| value.to_string())
}

/// What separates the lines of an address.
pub(super) const LINE_BREAK: &str = "; ";

/// Checks the lines of an address, separated by semicolons.
pub(super) fn address_lines(text: &str) -> Result<String, Invalid> {
    let lines: Vec<&str> = text.split(';').map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n").parse::<PostalAddress>()?;
    Ok(lines.join(LINE_BREAK))
}

/// Checks IP ranges, separated by commas.
pub(crate) fn ip_ranges(text: &str, _: &Answers) -> Result<String, Invalid> {
    let ip_ranges: Vec<String> = text
        .split(',')
        .map(|part| {
            let named = |rule| Invalid::rule(format!("{} {rule}", ssgctl::error::quoted(part.trim())));
            part.parse::<IpRange>().map(|ip_range| ip_range.to_string()).map_err(named)
        })
        .collect::<Result<_, _>>()?;
    Ok(ip_ranges.join(","))
}

/// Checks an opening balance: an amount of the chosen unit, not negative.
pub(crate) fn opening_balance(text: &str, answers: &Answers) -> Result<String, Invalid> {
    match amount(text, answers)? {
        amount if amount < Money::ZERO => Err(Invalid::rule("must not be negative")),
        amount => Ok(amount.to_string()),
    }
}

/// Checks the threshold of the early warning, which must not be below the urgent one.
pub(crate) fn upper(text: &str, answers: &Answers) -> Result<String, Invalid> {
    let upper = amount(text, answers)?;
    match answers.of("--warn-lower").and_then(|lower| lower.parse::<Money>().ok()) {
        Some(lower) if lower > upper => {
            Err(Invalid::rule(format!("must not be below the urgent warning, which is {lower}")))
        }
        _ => Ok(upper.to_string()),
    }
}

/// Checks the threshold of the urgent warning, which must not be above the early one.
pub(crate) fn lower(text: &str, answers: &Answers) -> Result<String, Invalid> {
    let lower = amount(text, answers)?;
    match answers.of("--warn-upper").and_then(|upper| upper.parse::<Money>().ok()) {
        Some(upper) if lower > upper => {
            Err(Invalid::rule(format!("must not be above the early warning, which is {upper}")))
        }
        _ => Ok(lower.to_string()),
    }
}

fn amount(text: &str, answers: &Answers) -> Result<Money, Invalid> {
    let unit = answers.of("--unit").and_then(|unit| unit.parse::<Unit>().ok()).unwrap_or_default();
    unit.check(text.parse()?)
}
