//! `ssgctl plan`: named lists of prices in one unit, and who uses them.

mod archive;
mod diff;
mod edit;
mod export;
mod import;
mod list;
mod list_file;
mod new;
mod notify;
mod price_step;
mod published;
mod row;
mod show;
mod unarchive;

use clap::Subcommand;

use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    New(ArgsIfNamed<new::NewArgs>),
    Show(ArgsIfNamed<show::ShowArgs>),
    List(ArgsIfNamed<list::ListArgs>),
    Edit(ArgsIfNamed<edit::EditArgs>),
    Import(ArgsIfNamed<import::ImportArgs>),
    Export(ArgsIfNamed<export::ExportArgs>),
    Diff(ArgsIfNamed<diff::DiffArgs>),
    Notify(ArgsIfNamed<notify::NotifyArgs>),
    Archive(ArgsIfNamed<archive::ArchiveArgs>),
    Unarchive(ArgsIfNamed<unarchive::UnarchiveArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::New(ArgsIfNamed(args)) => new::run(args, context),
            Self::Show(ArgsIfNamed(args)) => show::run(&args, context),
            Self::List(ArgsIfNamed(args)) => list::run(args, context),
            Self::Edit(ArgsIfNamed(args)) => edit::run(args, context),
            Self::Import(ArgsIfNamed(args)) => import::run(&args, context),
            Self::Export(ArgsIfNamed(args)) => export::run(args, context),
            Self::Diff(ArgsIfNamed(args)) => diff::run(&args, context),
            Self::Notify(ArgsIfNamed(args)) => notify::run(&args, context),
            Self::Archive(ArgsIfNamed(args)) => archive::run(&args, context),
            Self::Unarchive(ArgsIfNamed(args)) => unarchive::run(&args, context),
        }
    }
}
