//! `ssgctl audit`: who changed what, when and why.

mod line;
mod list;
mod row;
mod show;

pub(crate) use line::Lines;

use clap::Subcommand;

use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(ArgsIfNamed<list::ListArgs>),
    Show(ArgsIfNamed<show::ShowArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::List(ArgsIfNamed(args)) => list::run(args, context),
            Self::Show(ArgsIfNamed(args)) => show::run(&args, context),
        }
    }
}
