//! What nobody should type, at every command: the parser refuses all of it with a message that is fit to print.
//!
//! The tests of the program start a process for a sample; here the whole product of commands and values takes one.

#[path = "../../../tests/support/inputs/mod.rs"]
mod inputs;

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Arg, Command, CommandFactory};
use ssgctl::model::text::is_hidden;

use self::inputs::hostile_text::{FIELDS, HOSTILE, with_text};
use self::inputs::odd_words::{INSIDES, odd_words};
use self::inputs::wrong_values::{check_refusal, is_free, line_of, with_value, wrong};
use super::Cli;
use crate::exit::Failure;

/// The definition of the program, built once for all lines that are parsed.
fn program() -> Command {
    let mut program = Cli::command();
    program.build();
    program
}

/// The names and definitions of all commands that are no groups.
fn commands(group: &Command, name: &str) -> Vec<(String, Command)> {
    let below = group.get_subcommands().filter(|command| command.get_name() != "help" && !command.is_hide_set());
    let below: Vec<_> =
        below.flat_map(|command| commands(command, format!("{name} {}", command.get_name()).trim_start())).collect();
    if below.is_empty() { vec![(name.to_owned(), group.clone())] } else { below }
}

/// The name of an option or argument as help and messages have it.
fn name_of(arg: &Arg) -> String {
    match (arg.get_long(), arg.get_value_names()) {
        (Some(long), _) => format!("--{long}"),
        (None, Some([name, ..])) => name.to_string(),
        (None, _) => arg.get_id().to_string(),
    }
}

/// The failure of a line; none if the line is valid or asks for help.
fn failure<W: Into<OsString> + Clone>(program: &mut Command, line: &[W]) -> Option<Failure> {
    let words = [OsString::from("ssgctl")].into_iter().chain(line.iter().cloned().map(Into::into));
    let error = program.try_get_matches_from_mut(words).err()?;
    let is_help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    (!is_help).then(|| Failure::from(&error))
}

#[test]
fn every_wrong_value_is_refused_at_every_command() {
    let mut program = program();
    let mut count = 0;
    let mut accepted = Vec::new();
    for (command, definition) in commands(&program, "") {
        for arg in definition.get_arguments().filter(|arg| arg.get_action().takes_values() && !arg.is_hide_set()) {
            let name = name_of(arg);
            if is_free(&command, &name) {
                continue;
            }
            for value in wrong(&name) {
                count += 1;
                match failure(&mut program, &with_value(line_of(&command), &name, value)) {
                    Some(failure) => check_refusal(&name, value, &failure.to_string()),
                    None => accepted.push(format!("{command} {name} {value:?}")),
                }
            }
        }
    }
    assert!(accepted.is_empty(), "accepted:\n{}", accepted.join("\n"));
    assert!(count > 2_000, "only {count} values");
}

#[test]
fn hostile_text_is_refused_in_every_field() {
    let mut program = program();
    for (line, text) in FIELDS.iter().flat_map(|line| HOSTILE.iter().map(move |text| (line, text))) {
        let message = failure(&mut program, &with_text(line, text)).expect(line).to_string();
        assert!(!message.chars().any(is_hidden), "{line} {text:?}: {message:?}");
        assert!(message.contains("\\u{"), "{line} {text:?} does not show what is wrong: {message}");
    }
}

#[test]
fn odd_words_anywhere_are_parsed_or_refused_with_a_clean_message() {
    let mut program = program();
    // The search for a similar name takes a while for the longest word, which only a process gets.
    let mut odd = odd_words();
    odd.retain(|word| word.len() < 10_000);
    for (command, _) in commands(&program, "") {
        for (place, word) in (0..=2).flat_map(|place| odd.iter().map(move |word| (place, word))) {
            let mut line: Vec<OsString> = command.split(' ').chain(["ABC", "1"]).map(Into::into).collect();
            line.insert(place, word.clone());
            if let Some(failure) = failure(&mut program, &line) {
                let message = failure.to_string();
                assert!(!message.chars().any(is_hidden), "{line:.300?}: {message:?}");
                assert!(!INSIDES.iter().any(|inside| message.contains(inside)), "{line:.300?}: {message}");
            }
        }
    }
}
