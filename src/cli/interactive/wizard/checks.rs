//! The rules of answers: the model's own, and those of answers that hang together.

use std::fmt::Display;
use std::str::FromStr;

use ssgctl::model::{Invalid, IpRange, Money, Unit};

use crate::interactive::wizard::answers::Answers;

/// By the rule of a type.
pub(crate) fn one<T: FromStr<Err = Invalid> + Display>(text: &str, _: &Answers) -> Result<String, Invalid> {
    text.parse::<T>().map(|value| value.to_string())
}

/// Networks, separated by commas.
pub(crate) fn networks(text: &str, _: &Answers) -> Result<String, Invalid> {
    let networks: Vec<String> = text
        .split(',')
        .map(|part| {
            let named = |rule| Invalid::rule(format!("{} {rule}", ssgctl::error::quoted(part.trim())));
            part.parse::<IpRange>().map(|network| network.to_string()).map_err(named)
        })
        .collect::<Result<_, _>>()?;
    Ok(networks.join(","))
}

/// An amount of the balance's unit, not negative.
pub(crate) fn opening(text: &str, answers: &Answers) -> Result<String, Invalid> {
    match amount(text, answers)? {
        amount if amount < Money::ZERO => Err(Invalid::rule("must not be negative")),
        amount => Ok(amount.to_string()),
    }
}

/// The early threshold.
pub(crate) fn upper(text: &str, answers: &Answers) -> Result<String, Invalid> {
    let upper = amount(text, answers)?;
    match answers.of("--warn-lower").and_then(|lower| lower.parse::<Money>().ok()) {
        Some(lower) if lower > upper => {
            Err(Invalid::rule(format!("must not be below the urgent one, which is {lower}")))
        }
        _ => Ok(upper.to_string()),
    }
}

/// The urgent threshold, which is not above the early one.
pub(crate) fn lower(text: &str, answers: &Answers) -> Result<String, Invalid> {
    let lower = amount(text, answers)?;
    match answers.of("--warn-upper").and_then(|upper| upper.parse::<Money>().ok()) {
        Some(upper) if lower > upper => {
            Err(Invalid::rule(format!("must not be above the early one, which is {upper}")))
        }
        _ => Ok(lower.to_string()),
    }
}

fn amount(text: &str, answers: &Answers) -> Result<Money, Invalid> {
    let unit = answers.of("--unit").and_then(|unit| unit.parse::<Unit>().ok()).unwrap_or_default();
    unit.check(text.parse()?)
}
