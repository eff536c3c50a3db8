//! The command line as clap parsed it: which command it names, and what it says of each option.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, FromArgMatches};

/// A command line that was parsed.
pub(crate) struct CommandLine {
    /// Gives the definition of all commands.
    definition: fn() -> Command,
    /// The words, the program's own name first.
    words: Vec<OsString>,
    matches: ArgMatches,
}

impl CommandLine {
    /// Parses words, of which the first is the program's own name.
    pub(crate) fn parse(definition: fn() -> Command, words: Vec<OsString>) -> Result<Self, clap::Error> {
        let matches = definition().try_get_matches_from(&words)?;
        Ok(Self { definition, words, matches })
    }

    /// The definition of all commands.
    pub(crate) fn definition(&self) -> Command {
        (self.definition)()
    }

    /// What clap found.
    pub(crate) fn matches(&self) -> &ArgMatches {
        &self.matches
    }

    /// The words without the program's own name.
    pub(crate) fn arguments(&self) -> &[OsString] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The names of the command, such as `balance adjust`.
    pub(crate) fn command(&self) -> String {
        levels(&self.matches).0.join(" ")
    }

    /// What the words themselves say of an argument of the command, by its ID; neither defaults nor the environment count.
    pub(crate) fn given(&self, id: &str) -> Option<String> {
        let matches = levels(&self.matches).1;
        if matches.value_source(id) != Some(ValueSource::CommandLine) {
            return None;
        }
        let values: Vec<_> = matches.get_raw(id)?.map(|value| value.to_string_lossy()).collect();
        Some(values.join(","))
    }

    /// Parses other arguments for the same command.
    pub(crate) fn parse_again<A: FromArgMatches>(&self, arguments: &[OsString]) -> Result<A, clap::Error> {
        let program = OsString::from("ssgctl");
        let matches = self.definition().try_get_matches_from([&program].into_iter().chain(arguments))?;
        A::from_arg_matches(levels(&matches).1)
    }
}

/// The names of the commands, from the outermost to the innermost, and what belongs to the innermost.
fn levels(matches: &ArgMatches) -> (Vec<&str>, &ArgMatches) {
    let (mut names, mut level) = (Vec::new(), matches);
    while let Some((name, deeper)) = level.subcommand() {
        names.push(name);
        level = deeper;
    }
    (names, level)
}
