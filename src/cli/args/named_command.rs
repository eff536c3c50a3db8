//! Commands are declared only if the command line names them. Declaring all of them, each with the global options, took the largest
//! part of the run time of short commands.
//!
//! Whether a word is a command or the value of an option, only the parser knows. So a command is declared if its name is among the
//! words. If the words cannot be parsed that way, they are parsed again with all commands: help, suggestions and messages come
//! from the whole tree.

use std::cell::RefCell;
use std::ffi::OsString;
use std::mem::ManuallyDrop;

use clap::error::Error;
use clap::{ArgMatches, Args, Command, FromArgMatches, Id, Subcommand};

use crate::args::help::{with_examples_first, with_global_options};

thread_local! {
    /// The words whose commands are declared; all commands are if there are none.
    static WORDS: RefCell<Vec<OsString>> = const { RefCell::new(Vec::new()) };
}

/// Runs a function that declares only the commands that are among some words.
pub(crate) fn with_named_commands<T>(words: &[OsString], function: impl FnOnce() -> T) -> T {
    WORDS.replace(words.to_vec());
    let result = function();
    WORDS.take();
    result
}

/// The commands of a group that are to be declared.
pub(crate) fn named_commands<C: Subcommand>() -> Vec<Command> {
    // The others are left to the end of the process.
    let mut group = ManuallyDrop::new(C::augment_subcommands(Command::default()));
    group.get_subcommands_mut().filter(|command| is_named(command)).map(std::mem::take).collect()
}

/// Whether all commands are declared, which only help and messages need.
fn declares_all() -> bool {
    WORDS.with_borrow(Vec::is_empty)
}

fn is_named(command: &Command) -> bool {
    WORDS.with_borrow(|words| words.iter().any(|word| word == command.get_name()))
}

fn add_commands<C: Subcommand>(group: Command) -> Command {
    let named = named_commands::<C>();
    if named.is_empty() { C::augment_subcommands(group) } else { group.subcommands(named) }
}

/// The commands of a group, declared when the parser reaches the group.
#[derive(Debug)]
pub(crate) struct DeferredCommand<C>(pub(crate) C);

impl<C: Subcommand> Subcommand for DeferredCommand<C> {
    fn augment_subcommands(group: Command) -> Command {
        let group = if declares_all() { with_global_options(group) } else { group };
        group.defer(add_commands::<C>)
    }

    fn augment_subcommands_for_update(group: Command) -> Command {
        group.defer(C::augment_subcommands_for_update)
    }

    fn has_subcommand(name: &str) -> bool {
        C::has_subcommand(name)
    }
}

impl<C: Subcommand> FromArgMatches for DeferredCommand<C> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        C::from_arg_matches(matches).map(Self)
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, Error> {
        C::from_arg_matches_mut(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}

/// The arguments of a command, declared unless only other commands are.
#[derive(Debug)]
pub(crate) struct ArgsIfNamed<A>(pub(crate) A);

impl<A: Args> Args for ArgsIfNamed<A> {
    fn augment_args(command: Command) -> Command {
        if declares_all() {
            return with_examples_first(A::augment_args(command));
        }
        if is_named(&command) { A::augment_args(command) } else { command }
    }

    fn augment_args_for_update(command: Command) -> Command {
        A::augment_args_for_update(command)
    }

    fn group_id() -> Option<Id> {
        A::group_id()
    }
}

impl<A: Args> FromArgMatches for ArgsIfNamed<A> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        A::from_arg_matches(matches).map(Self)
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, Error> {
        A::from_arg_matches_mut(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}
