//! What the argument parser finds wrong, as a failure like any other and in this program's words.

use std::error::Error as _;
use std::num::ParseIntError;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use ssgctl::error::quoted;

use crate::exit::{ErrorCode, Exit, Failure};

/// Whether one name may be a slip of the fingers for the other. The parser's own guesses go further than helps.
fn is_similar(one: &str, other: &str) -> bool {
    strsim::normalized_damerau_levenshtein(one, other) >= 0.6
}

/// What the argument parser found wrong, in the form of every other failure.
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
            let other = text(kind).filter(|other| is_similar(other, typed))?;
            Some(format!("did you mean {}?", quoted(other)))
        };
        match error.kind() {
            ErrorKind::ValueValidation => bad_value(&broken_rule(error, &value)).field(field),
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
            ErrorKind::MissingRequiredArgument => {
                // A value in its place is named as it is everywhere, without the signs that the synopsis puts around it.
                let name = if argument.starts_with('<') { &flag } else { &argument };
                Self::new(ErrorCode::MissingValue, format!("{name} is needed")).field(field)
            }
            ErrorKind::UnknownArgument => Self::usage(format!("{} is no option here", quoted(&argument)))
                .maybe_hint(did_you_mean(ContextKind::SuggestedArg, &argument)),
            ErrorKind::InvalidSubcommand => {
                let name = text(ContextKind::InvalidSubcommand).unwrap_or_default();
                Self::usage(format!("{} is no command", quoted(&name)))
                    .maybe_hint(did_you_mean(ContextKind::SuggestedSubcommand, &name))
            }
            ErrorKind::ArgumentConflict => {
                let other = text(ContextKind::PriorArg).unwrap_or_default();
                Self::usage(format!("{} cannot be used with {}", quoted(argument), quoted(other)))
            }
            _ => {
                let rendered = error.to_string();
                let line = rendered.lines().next().unwrap_or("the arguments are wrong");
                Self::usage(line.trim_start_matches("error: ").to_owned())
            }
        }
    }
}

/// The value that was given and the rule it breaks, in this program's words where the parser has its own.
fn broken_rule(error: &clap::Error, given: &str) -> String {
    let Some(source) = error.source() else { return quoted(given) };
    let rule = source.to_string();
    let rule = match rule.strip_prefix(given).unwrap_or(&rule).trim_start() {
        "value was not a boolean" => "must be yes or no",
        _ if source.is::<ParseIntError>() => "must be a whole number",
        rule => rule,
    };
    // A rule about one of several values names the value itself.
    if rule.starts_with('`') { rule.to_owned() } else { format!("{} {rule}", quoted(given)) }
}
