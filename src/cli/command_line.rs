//! The parsed command line: the command that it names and the options that it sets. The wizard asks it which options are
//! missing and parses it again with the answers.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::mem::ManuallyDrop;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, FromArgMatches};
use ssgctl::model::Zone;

/// A parsed command line.
pub(crate) struct CommandLine {
    /// Builds the definition of all commands.
    definition: fn() -> Command,
    /// The words of the command line, starting with the program's name.
    words: Vec<OsString>,
    /// The names from the outermost command group to the command.
    names: Vec<String>,
    /// The value of `--timezone`.
    zone: Option<Zone>,
    /// The arguments, parsed once more for those who ask how they were given.
    matches: OnceCell<ArgMatches>,
}

impl CommandLine {
    /// Parses the words of a command line, starting with the program's name. `parse_named` parses them with only the commands
    /// that they name; if it cannot, they are parsed with all commands.
    pub(crate) fn parse<A: FromArgMatches>(
        definition: fn() -> Command,
        parse_named: fn(&[OsString]) -> Option<ArgMatches>,
        words: Vec<OsString>,
    ) -> Result<(A, Self), clap::Error> {
        let matches = match parse_named(&words) {
            Some(matches) => matches,
            None => matches(definition(), &words)?,
        };
        let (names, arguments) = innermost(&matches);
        let names = names.into_iter().map(str::to_owned).collect();
        let zone = arguments.try_get_one::<Zone>("timezone").ok().flatten().cloned();
        // Its values are moved out of it, and the rest is not freed, because the process ends soon.
        let arguments = A::from_arg_matches_mut(&mut ManuallyDrop::new(matches))?;
        Ok((arguments, Self { definition, words, names, zone, matches: OnceCell::new() }))
    }

    /// The definition of all commands.
    pub(crate) fn definition(&self) -> Command {
        (self.definition)()
    }

    /// The words without the program's name.
    pub(crate) fn arguments(&self) -> &[OsString] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The full name of the command, such as `balance adjust`.
    pub(crate) fn command(&self) -> String {
        self.names.join(" ")
    }

    /// The time zone that the command line names, if it does.
    pub(crate) fn zone(&self) -> Option<Zone> {
        self.zone.clone()
    }

    /// The long options of the command, each with its help.
    pub(crate) fn helps(&self) -> Vec<(String, String)> {
        let mut program = self.definition();
        program.build();
        let command = self.names.iter().try_fold(&program, |command, name| command.find_subcommand(name));
        let arguments = command.into_iter().flat_map(Command::get_arguments);
        let help = |argument: &clap::Arg| {
            let help = argument.get_long_help().or_else(|| argument.get_help())?;
            Some((format!("--{}", argument.get_long()?), help.to_string()))
        };
        arguments.filter_map(help).collect()
    }

    /// The value that the command line sets for an argument, by its ID. Defaults and environment variables do not count.
    pub(crate) fn explicit_value(&self, id: &str) -> Option<String> {
        let parsed = self.matches.get_or_init(|| matches(self.definition(), &self.words).unwrap_or_default());
        let matches = innermost(parsed).1;
        if matches.value_source(id) != Some(ValueSource::CommandLine) {
            return None;
        }
        let values: Vec<_> = matches.get_raw(id)?.map(|value| value.to_string_lossy()).collect();
        Some(values.join(","))
    }

    /// Parses another list of arguments for the same command.
    pub(crate) fn parse_again<A: FromArgMatches>(&self, arguments: &[OsString]) -> Result<A, clap::Error> {
        let program = OsString::from("ssgctl");
        let words: Vec<_> = [&program].into_iter().chain(arguments).cloned().collect();
        let matches = matches(self.definition(), &words)?;
        A::from_arg_matches(innermost(&matches).1)
    }
}

/// Parses words. The definition is not freed, because the process ends soon and its allocations are many.
pub(crate) fn matches(definition: Command, words: &[OsString]) -> Result<ArgMatches, clap::Error> {
    ManuallyDrop::new(definition).try_get_matches_from_mut(words)
}

/// The names from the outermost command group to the command, and the command's own arguments.
fn innermost(matches: &ArgMatches) -> (Vec<&str>, &ArgMatches) {
    let (mut names, mut level) = (Vec::new(), matches);
    while let Some((name, next)) = level.subcommand() {
        names.push(name);
        level = next;
    }
    (names, level)
}
