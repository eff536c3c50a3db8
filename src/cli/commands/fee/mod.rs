//! `ssgctl fee`: what customers pay for besides messages, once or each month.

mod add;
mod end;
mod list;
mod row;

use clap::Subcommand;

use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(ArgsIfNamed<add::AddArgs>),
    List(ArgsIfNamed<list::ListArgs>),
    End(ArgsIfNamed<end::EndArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Add(ArgsIfNamed(args)) => add::run(args, context),
            Self::List(ArgsIfNamed(args)) => list::run(&args, context),
            Self::End(ArgsIfNamed(args)) => end::run(&args, context),
        }
    }
}
