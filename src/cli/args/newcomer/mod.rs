//! Hints for command lines of people who do not know the program yet: words of other programs, a wrong order, an option instead
//! of an argument. The parser knows only typing errors.
//!
//! A hint is never a guess about data. It names a command or option that exists in the definition of the arguments.

mod arguments;
mod commands;
mod line;
mod similar;

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::args::newcomer::line::Line;
use crate::args::synonyms::{self, group};

pub(super) use similar::most_similar;

/// A hint for a command line that cannot be parsed; none if the error says it all.
pub(crate) fn hint(error: &clap::Error, arguments: &[OsString], mut root: Command) -> Option<String> {
    root.build();
    let words: Vec<String> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let is_help = words.iter().any(|word| word == "help");
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "help").collect();
    let line = Line { is_help, ..Line::of(&root, &words) };
    if let Some(hint) = line.one_dash() {
        return Some(hint);
    }
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    let invalid = text(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::InvalidSubcommand => line.of_unknown_command(),
        ErrorKind::UnknownArgument if invalid.starts_with("--") => line.of_unknown_option(invalid),
        ErrorKind::UnknownArgument => Some(line.of_unexpected_argument(invalid)),
        ErrorKind::MissingRequiredArgument => Some(line.usage()),
        ErrorKind::MissingSubcommand => Some(line.of_missing_command()),
        ErrorKind::InvalidValue if invalid.starts_with("--output") => match text(ContextKind::InvalidValue) {
            "yaml" | "yml" => Some("JSON is YAML too: `-o json`".to_owned()),
            "wide" => Some("`--fields` chooses the columns".to_owned()),
            _ => None,
        },
        ErrorKind::ValueValidation | ErrorKind::InvalidValue if invalid.starts_with(['<', '[']) => {
            line.of_wrong_argument(text(ContextKind::InvalidValue))
        }
        _ => None,
    }
}

/// What a command line that cannot be parsed stands for.
pub(crate) enum Shorthand {
    /// These words, without doubt.
    Command(Vec<OsString>),
    /// These words, if there is a customer of this name.
    Customer(String, Vec<OsString>),
}

/// What a command line with an unknown command stands for: `customer ls`, `show KIM` or `KIM`.
pub(crate) fn shorthand(arguments: &[OsString], mut root: Command) -> Option<Shorthand> {
    root.build();
    let words: Vec<&str> = arguments.iter().skip(1).map(|word| word.to_str()).collect::<Option<_>>()?;
    if words.contains(&"help") {
        return None;
    }
    let line = Line::of(&root, &words);
    let typed = line.rest.first().copied()?;
    let instead = |names: &[&str]| {
        let at = words.iter().position(|word| *word == typed).unwrap_or_default();
        let names = names.iter().map(OsString::from);
        // The name of the program comes first.
        arguments[..=at].iter().cloned().chain(names).chain(arguments[at + 2..].iter().cloned()).collect()
    };
    match (line.path.as_slice(), line.rest.get(1)) {
        ([], Some(next)) if typed == "show" => {
            let is_customer = group(next).is_none() && root.find_subcommand(next).is_none();
            is_customer.then(|| Shorthand::Command(instead(&["customer", "show"])))
        }
        ([], None) => match synonyms::top(typed).filter(|name| *name == "overview") {
            Some(name) => Some(Shorthand::Command(instead(&[name]))),
            None => Some(Shorthand::Customer(typed.to_owned(), instead(&["customer", "show", typed]))),
        },
        ([_], _) => synonyms::same_command_in(line.command, typed).map(|name| Shorthand::Command(instead(&[name]))),
        _ => None,
    }
}
