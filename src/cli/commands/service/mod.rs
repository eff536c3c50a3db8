//! `ssgctl service`: what SMPP accounts are sold.

mod edit;
mod export;
mod import;
mod list;
mod new;
mod row;

use clap::Subcommand;

use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
#[command(subcommand_value_name = "VERB", subcommand_help_heading = "Verbs")]
pub(crate) enum Command {
    New(new::NewArgs),
    Edit(edit::EditArgs),
    List(list::ListArgs),
    Import(import::ImportArgs),
    Export(export::ExportArgs),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::New(args) => new::run(args, context),
            Self::Edit(args) => edit::run(args, context),
            Self::List(args) => list::run(args, context),
            Self::Import(args) => import::run(&args, context),
            Self::Export(args) => export::run(&args, context),
        }
    }
}
