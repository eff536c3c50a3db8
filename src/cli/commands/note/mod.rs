//! `ssgctl note`: notes about customers.

mod add;
mod export;
mod import;
mod list;
mod row;

use clap::Subcommand;
use ssgctl::import::note::Notes;
use ssgctl::model::Note;

use crate::args::export::Export;
use crate::args::import::Import;
use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(ArgsIfNamed<add::AddArgs>),
    List(ArgsIfNamed<list::ListArgs>),
    Import(ArgsIfNamed<Import<Notes>>),
    Export(ArgsIfNamed<Export<Note>>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Add(ArgsIfNamed(args)) => add::run(args, context),
            Self::List(ArgsIfNamed(args)) => list::run(args, context),
            Self::Import(ArgsIfNamed(import)) => import.run(context),
            Self::Export(ArgsIfNamed(export)) => export.run(context),
        }
    }
}
