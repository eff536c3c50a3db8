//! `ssgctl service`: the services that SMPP accounts use, with their units and prices.

mod edit;
mod export;
mod import;
mod list;
mod new;
mod row;

use clap::Subcommand;
use ssgctl::import::service::Services;
use ssgctl::model::Service;

use crate::args::export::Export;
use crate::args::import::Import;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    New(new::NewArgs),
    Edit(edit::EditArgs),
    List(list::ListArgs),
    Import(Import<Services>),
    Export(Export<Service>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::New(args) => new::run(args, context),
            Self::Edit(args) => edit::run(args, context),
            Self::List(args) => list::run(args, context),
            Self::Import(import) => import.run(context),
            Self::Export(export) => export.run(context),
        }
    }
}
