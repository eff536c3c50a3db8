//! `ssgctl price`: what the plans cost, by destination and by time.

mod list;
mod lookup;
mod row;
mod set;
mod withdraw;

use clap::Subcommand;

use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(ArgsIfNamed<list::ListArgs>),
    Set(ArgsIfNamed<set::SetArgs>),
    Withdraw(ArgsIfNamed<withdraw::WithdrawArgs>),
    Lookup(ArgsIfNamed<lookup::LookupArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::List(ArgsIfNamed(args)) => list::run(args, context),
            Self::Set(ArgsIfNamed(args)) => set::run(args, context),
            Self::Withdraw(ArgsIfNamed(args)) => withdraw::run(args, context),
            Self::Lookup(ArgsIfNamed(args)) => lookup::run(args, context),
        }
    }
}
