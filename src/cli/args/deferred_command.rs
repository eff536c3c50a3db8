//! Nouns whose verbs are declared to the parser only when they are called for: to declare all of them took a good part of
//! the time of a short command.

use clap::error::Error;
use clap::{ArgMatches, Command, FromArgMatches, Subcommand};

/// The verbs of a noun, declared when the parser comes to the noun.
#[derive(Debug)]
pub(crate) struct DeferredCommand<V>(pub(crate) V);

impl<V: Subcommand> Subcommand for DeferredCommand<V> {
    fn augment_subcommands(group: Command) -> Command {
        group.defer(V::augment_subcommands)
    }

    fn augment_subcommands_for_update(group: Command) -> Command {
        group.defer(V::augment_subcommands_for_update)
    }

    fn has_subcommand(name: &str) -> bool {
        V::has_subcommand(name)
    }
}

impl<V: Subcommand> FromArgMatches for DeferredCommand<V> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        V::from_arg_matches(matches).map(Self)
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, Error> {
        V::from_arg_matches_mut(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}
