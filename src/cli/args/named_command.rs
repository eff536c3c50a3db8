//! Command groups that declare their commands only when the parser reaches them. Declaring all commands on every run took a
//! large part of the run time of short commands.

use clap::error::Error;
use clap::{ArgMatches, Command, FromArgMatches, Subcommand};

/// The commands of a group, declared when the parser reaches the group.
#[derive(Debug)]
pub(crate) struct DeferredCommand<C>(pub(crate) C);

impl<C: Subcommand> Subcommand for DeferredCommand<C> {
    fn augment_subcommands(group: Command) -> Command {
        group.defer(C::augment_subcommands)
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

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}
