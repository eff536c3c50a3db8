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
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::AddArgs),
    List(list::ListArgs),
    Import(Import<Notes>),
    Export(Export<Note>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Add(args) => add::run(args, context),
            Self::List(args) => list::run(args, context),
            Self::Import(import) => import.run(context),
            Self::Export(export) => export.run(context),
        }
    }
}
