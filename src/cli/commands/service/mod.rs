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
use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    New(ArgsIfNamed<new::NewArgs>),
    Edit(ArgsIfNamed<edit::EditArgs>),
    List(ArgsIfNamed<list::ListArgs>),
    Import(ArgsIfNamed<Import<Services>>),
    Export(ArgsIfNamed<Export<Service>>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::New(ArgsIfNamed(args)) => new::run(args, context),
            Self::Edit(ArgsIfNamed(args)) => edit::run(args, context),
            Self::List(ArgsIfNamed(args)) => list::run(args, context),
            Self::Import(ArgsIfNamed(import)) => import.run(context),
            Self::Export(ArgsIfNamed(export)) => export.run(context),
        }
    }
}
