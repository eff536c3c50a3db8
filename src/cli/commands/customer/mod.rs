//! `ssgctl customer`: the companies that use the gateway.

mod archive;
mod details;
mod edit;
mod editor;
mod export;
mod import;
mod list;
mod new;
mod row;
mod show;
mod unarchive;

use clap::Subcommand;

use crate::context::Context;
use crate::exit::Result;

pub(crate) use details::DetailArgs;

#[derive(Debug, Subcommand)]
#[command(subcommand_value_name = "VERB", subcommand_help_heading = "Verbs")]
pub(crate) enum Command {
    New(new::NewArgs),
    Edit(edit::EditArgs),
    Show(show::ShowArgs),
    List(list::ListArgs),
    Import(import::ImportArgs),
    Export(export::ExportArgs),
    Archive(archive::ArchiveArgs),
    Unarchive(unarchive::UnarchiveArgs),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::New(args) => new::run(args, context),
            Self::Edit(args) => edit::run(args, context),
            Self::Show(args) => show::run(&args, context),
            Self::List(args) => list::run(args, context),
            Self::Import(args) => import::run(&args, context),
            Self::Export(args) => export::run(&args, context),
            Self::Archive(args) => archive::run(&args, context),
            Self::Unarchive(args) => unarchive::run(&args, context),
        }
    }
}
