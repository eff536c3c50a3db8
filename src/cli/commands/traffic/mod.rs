//! `ssgctl traffic`: imports of message reports, and the messages they contain.

mod close;
mod import;
mod list;
mod prune;
mod revert;
mod row;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Import(import::ImportArgs),
    List(list::ListArgs),
    Show(show::ShowArgs),
    Close(close::CloseArgs),
    Revert(revert::RevertArgs),
    Prune(prune::PruneArgs),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Import(args) => import::run(args, context),
            Self::List(args) => list::run(&args, context),
            Self::Show(args) => show::run(&args, context),
            Self::Close(args) => close::run(&args, context),
            Self::Revert(args) => revert::run(&args, context),
            Self::Prune(args) => prune::run(&args, context),
        }
    }
}
