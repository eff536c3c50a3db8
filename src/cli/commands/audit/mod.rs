//! `ssgctl audit`: who changed what, when and why.

mod list;
mod row;

use clap::Subcommand;

use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(ArgsIfNamed<list::ListArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::List(ArgsIfNamed(args)) => list::run(args, context),
        }
    }
}
