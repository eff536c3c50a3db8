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
        let value = quoted(text(ContextKind::InvalidValue).unwrap_or_default());
        let choices = text(ContextKind::ValidValue);
        match error.kind() {
            ErrorKind::ValueValidation => {
                let given = text(ContextKind::InvalidValue).unwrap_or_default();
                Self::new(ErrorCode::BadValue, format!("{flag}: {}", broken_rule(error, &given)))
                    .exit(Exit::Usage)
                    .field(field)
            }
            ErrorKind::InvalidValue if value == "``" => {
                Self::new(ErrorCode::MissingValue, format!("{flag} needs a value")).field(field)
            }
            ErrorKind::InvalidValue => {
                let rule =
                    choices.map_or_else(|| "is not allowed".to_owned(), |choices| format!("must be one of {choices}"));
                Self::new(ErrorCode::BadValue, format!("{flag}: {value} {rule}")).exit(Exit::Usage).field(field)
            }
            ErrorKind::MissingRequiredArgument => {
                // A value in its place is named as it is everywhere, without the signs that the synopsis puts around it.
                let name = if argument.starts_with('<') { &flag } else { &argument };
                Self::new(ErrorCode::MissingValue, format!("{name} is needed")).field(field)
            }
            ErrorKind::UnknownArgument => {
                let suggested = text(ContextKind::SuggestedArg).filter(|flag| is_similar(flag, &argument));
                let suggested = suggested.map(|flag| format!("did you mean {}?", quoted(flag)));
                Self::usage(format!("{} is no option here", quoted(argument))).maybe_hint(suggested)
            }
            ErrorKind::InvalidSubcommand => {
                let name = text(ContextKind::InvalidSubcommand).unwrap_or_default();
                let suggested = text(ContextKind::SuggestedSubcommand).filter(|other| is_similar(other, &name));
                let suggested = suggested.map(|name| format!("did you mean {}?", quoted(name)));
                Self::usage(format!("{} is no command", quoted(name))).maybe_hint(suggested)
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
