//! Converts errors of the argument parser into failures with this program's messages, hints and codes.

use std::error::Error as _;
use std::ffi::OsString;
use std::num::ParseIntError;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use ssgctl::error::quoted;
use ssgctl::model::{Country, Msisdn, calling_code_of};

use crate::args::newcomer;
use crate::exit::{ErrorCode, Exit, Failure};

/// The failure for an error of the argument parser, with a hint for words that people bring from other programs.
pub(crate) fn failure(error: &clap::Error, arguments: &[OsString], program: Command) -> Failure {
    let failure = Failure::from(error);
    match telephone_hint(error, arguments).or_else(|| newcomer::hint(error, arguments, program)) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// If a telephone number is not in international form, the number that is meant in the country of --country.
fn telephone_hint(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let (Some(ContextValue::String(option)), Some(ContextValue::String(value))) =
        (error.get(ContextKind::InvalidArg), error.get(ContextKind::InvalidValue))
    else {
        return None;
    };
    let option = option.split([' ', '=']).next().filter(|option| ["--phone", "--contact-mobile"].contains(option))?;
    let words: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let country = words
        .windows(2)
        .find_map(|pair| if pair[0] == "--country" { Some(pair[1]) } else { pair[1].strip_prefix("--country=") })?;
    let number = Msisdn::of_country(value, calling_code_of(&Country::named(country)?)?).ok()?;
    Some(format!("write `{option} {number}`"))
}

impl From<&clap::Error> for Failure {
    fn from(error: &clap::Error) -> Self {
        let text = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.clone()),
            Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
            _ => None,
        };
        let argument = text(ContextKind::InvalidArg).unwrap_or_default();
        let flag =
            argument.split([' ', '=']).next().unwrap_or_default().trim_matches(['<', '>', '[', ']', '.']).to_owned();
        let field = flag.trim_start_matches('-').to_lowercase().replace('-', "_");
        let value = text(ContextKind::InvalidValue).unwrap_or_default();
        let bad_value = |what: &str| Self::new(ErrorCode::BadValue, format!("{flag}: {what}")).exit(Exit::Usage);
        let did_you_mean = |kind, typed: &str| {
            let others = match error.get(kind)? {
                ContextValue::Strings(others) => others.as_slice(),
                ContextValue::String(other) => std::slice::from_ref(other),
                _ => &[],
            };
            Some(format!("did you mean {}?", quoted(newcomer::most_similar(others, typed)?)))
        };
        match error.kind() {
            ErrorKind::ValueValidation => bad_value(&rule_of(error, &value)).field(field),
            ErrorKind::InvalidValue if value.is_empty() => {
                Self::new(ErrorCode::MissingValue, format!("{flag} needs a value")).field(field)
            }
            ErrorKind::InvalidValue => {
                let rule = match text(ContextKind::ValidValue) {
                    Some(choices) => format!("must be one of {choices}"),
                    None => "is not allowed".to_owned(),
                };
                bad_value(&format!("{} {rule}", quoted(&value))).field(field)
            }
            ErrorKind::MissingRequiredArgument => Self::new(ErrorCode::MissingValue, required(error)).field(field),
            ErrorKind::UnknownArgument if !argument.starts_with('-') => {
                Self::usage(format!("unexpected argument {}", quoted(&argument)))
            }
            ErrorKind::UnknownArgument => Self::usage(format!("unknown option {}", quoted(&argument)))
                .maybe_hint(did_you_mean(ContextKind::SuggestedArg, &argument)),
            ErrorKind::InvalidSubcommand => {
                let name = text(ContextKind::InvalidSubcommand).unwrap_or_default();
                Self::usage(format!("unknown command {}", quoted(&name)))
                    .maybe_hint(did_you_mean(ContextKind::SuggestedSubcommand, &name))
            }
            ErrorKind::MissingSubcommand => {
                let group = text(ContextKind::InvalidSubcommand).unwrap_or_default();
                Self::usage(format!("{} needs a command", quoted(&group)))
            }
            ErrorKind::ArgumentConflict => {
                let other = text(ContextKind::PriorArg).unwrap_or_default();
                if other == argument {
                    return Self::usage(format!("{flag} can be given only once")).field(field);
                }
                Self::usage(format!("{} cannot be used with {}", quoted(argument), quoted(other)))
            }
            _ => {
                let rendered = error.to_string();
                let line = rendered.lines().next().unwrap_or("invalid arguments");
                Self::usage(line.trim_start_matches("error: ").to_owned())
            }
        }
    }
}

/// Names what is missing. Positional arguments come first, without the brackets of the synopsis.
fn required(error: &clap::Error) -> String {
    let mut names = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(names)) => names.clone(),
        _ => Vec::new(),
    };
    names.sort_by_key(|name| name.starts_with('-'));
    let names: Vec<&str> = names
        .iter()
        .map(|name| if name.starts_with('-') { name } else { name.trim_matches(['<', '>', '[', ']', '.']) })
        .collect();
    match names.as_slice() {
        [others @ .., last] if !others.is_empty() => format!("{} and {last} are required", others.join(", ")),
        _ => format!("{} is required", names.concat()),
    }
}

/// The value and the rule that it breaks, rephrased where the parser has its own words.
fn rule_of(error: &clap::Error, value: &str) -> String {
    let Some(source) = error.source() else { return quoted(value) };
    let rule = source.to_string();
    let rule = match rule.strip_prefix(value).unwrap_or(&rule).trim_start() {
        "value was not a boolean" => "must be yes or no",
        _ if source.is::<ParseIntError>() => "must be a whole number",
        rule => rule,
    };
    // A rule about one item of a list already quotes that item.
    if rule.starts_with('`') { rule.to_owned() } else { format!("{} {rule}", quoted(value)) }
}
