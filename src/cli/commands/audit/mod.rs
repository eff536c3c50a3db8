//! `ssgctl audit`: who changed what, when and why, and what an auditor asks for.

mod bundle;
mod bundle_index;
mod bundle_rows;
mod line;
mod list;
mod row;
mod show;

pub(crate) use bundle_rows::BundleRow;
pub(crate) use line::Lines;

use clap::Subcommand;

use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(ArgsIfNamed<list::ListArgs>),
    Show(ArgsIfNamed<show::ShowArgs>),
    Bundle(ArgsIfNamed<bundle::BundleArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::List(ArgsIfNamed(args)) => list::run(args, context),
            Self::Show(ArgsIfNamed(args)) => show::run(&args, context),
            Self::Bundle(ArgsIfNamed(args)) => bundle::run(&args, context),
        }
    }
}
