//! Aliases: names that the configuration gives to command lines. They are expanded before anything is parsed, and no shell sees them.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::{Args, Command as Definition, Subcommand};
use ssgctl::error::quoted;

use crate::commands::{Command, GlobalArgs};
use crate::config::{FileArgs, aliases};
use crate::exit::{ErrorCode, Failure, Result};

/// The words of a command line with the alias in place of the command expanded, if it is one. A real command is never an alias, so
/// for most command lines no file is read.
pub(crate) fn expanded(words: Vec<OsString>) -> Result<Vec<OsString>> {
    let is_candidate = words.get(1).is_some_and(|word| word.to_str().is_some_and(|word| !is_command(word)));
    if !is_candidate || place_of_command(&words).is_none_or(|place| words[place].to_str().is_none_or(is_command)) {
        return Ok(words);
    }
    expand(words, &aliases(&FileArgs::from_completion(std::env::args_os()))?)
}

/// Whether a word is a command of the program, which no alias replaces.
fn is_command(word: &str) -> bool {
    word == "help" || Command::has_subcommand(word)
}

/// The words that an alias stands for. They are separated as a shell would separate them, without anything that it would expand.
fn words_of(name: &str, line: &str) -> Result<Vec<OsString>> {
    let failure = |what: &str| Failure::new(ErrorCode::Config, format!("alias {} {what}", quoted(name)));
    let words: Vec<String> = shell_words::split(line).map_err(|_| failure("has a quote without an end"))?;
    if words.is_empty() {
        return Err(failure("is empty"));
    }
    Ok(words.into_iter().map(OsString::from).collect())
}

/// Why an alias cannot be used: a command has its name, it cannot be expanded, or it does not begin with a command.
pub(crate) fn fault(name: &str, line: &str, aliases: &BTreeMap<String, String>) -> Option<String> {
    if is_command(name) {
        return Some("has no effect: a command has this name".to_owned());
    }
    let program = OsString::from("ssgctl");
    let words = words_of(name, line).map(|words| std::iter::once(program).chain(words).collect());
    match words.and_then(|words| expand(words, aliases)) {
        Err(failure) => Some(failure.to_string()),
        Ok(words) => {
            let first = place_of_command(&words).and_then(|place| words[place].to_str());
            (!first.is_some_and(is_command)).then(|| "does not begin with a command".to_owned())
        }
    }
}

/// Expands the alias in place of the command, and aliases that it begins with.
fn expand(mut words: Vec<OsString>, aliases: &BTreeMap<String, String>) -> Result<Vec<OsString>> {
    let mut met: Vec<String> = Vec::new();
    while let Some(place) = place_of_command(&words) {
        let Some(name) = words[place].to_str().filter(|word| !is_command(word)).map(str::to_owned) else { break };
        let Some(line) = aliases.get(&name) else { break };
        let is_loop = met.contains(&name);
        met.push(name.clone());
        if is_loop {
            let message = format!("alias {} leads back to itself: {}", quoted(&name), met.join(" → "));
            return Err(Failure::new(ErrorCode::Config, message));
        }
        words.splice(place..=place, words_of(&name, line)?);
    }
    Ok(words)
}

/// The place of the command among the words: the first that is neither a global option nor the value of one.
fn place_of_command(words: &[OsString]) -> Option<usize> {
    let options = GlobalArgs::augment_args(Definition::new("ssgctl"));
    let takes_value = |word: &str| {
        options.get_arguments().any(|option| {
            let is_named = word.strip_prefix("--").is_some_and(|name| option.get_long() == Some(name))
                || option
                    .get_short()
                    .is_some_and(|short| word.strip_prefix('-') == Some(short.encode_utf8(&mut [0; 4])));
            is_named && option.get_action().takes_values()
        })
    };
    let mut place = 1;
    loop {
        let word = words.get(place)?.to_str()?;
        match word.strip_prefix('-') {
            None => return Some(place),
            Some("-") => return None,
            Some(_) => place += if takes_value(word) { 2 } else { 1 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand_line(line: &str) -> Result<String, String> {
        let aliases = [
            ("low", "balance list --state lower"),
            ("kim", "balance show 'Kim Ltd'"),
            ("lower", "low --sort balance"),
            ("j", "--json low"),
            ("a", "b"),
            ("b", "a"),
            ("customer", "db path"),
            ("open", "balance list '"),
        ];
        let aliases = aliases.into_iter().map(|(name, line)| (name.to_owned(), line.to_owned())).collect();
        let words = line.split(' ').map(OsString::from).collect();
        let words = expand(words, &aliases).map_err(|failure| failure.to_string())?;
        Ok(words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join("|"))
    }

    #[test]
    fn an_alias_stands_for_words_in_place_of_the_command() {
        for (line, expanded) in [
            ("ssgctl low", "ssgctl|balance|list|--state|lower"),
            ("ssgctl low --json", "ssgctl|balance|list|--state|lower|--json"),
            ("ssgctl --db low low", "ssgctl|--db|low|balance|list|--state|lower"),
            ("ssgctl -q -o csv kim", "ssgctl|-q|-o|csv|balance|show|Kim Ltd"),
            ("ssgctl lower", "ssgctl|balance|list|--state|lower|--sort|balance"),
            ("ssgctl j", "ssgctl|--json|balance|list|--state|lower"),
            // A real command is never replaced, nor is an argument.
            ("ssgctl customer list", "ssgctl|customer|list"),
            ("ssgctl note list low", "ssgctl|note|list|low"),
            ("ssgctl unknown", "ssgctl|unknown"),
            ("ssgctl -- low", "ssgctl|--|low"),
            ("ssgctl", "ssgctl"),
        ] {
            assert_eq!(expand_line(line), Ok(expanded.to_owned()), "{line}");
        }
    }

    #[test]
    fn loops_and_open_quotes_are_refused() {
        assert_eq!(expand_line("ssgctl a"), Err("alias `a` leads back to itself: a → b → a".to_owned()));
        assert_eq!(expand_line("ssgctl open"), Err("alias `open` has a quote without an end".to_owned()));
    }
}
