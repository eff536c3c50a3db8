//! `ssgctl contact`: the contacts of customers.

mod add;
mod details;
mod edit;
mod export;
mod import;
mod list;
mod remove;
mod row;

use clap::Subcommand;
use ssgctl::import::contact::Contacts;
use ssgctl::model::Contact;

use crate::args::export::Export;
use crate::args::import::Import;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::AddArgs),
    Edit(edit::EditArgs),
    Remove(remove::RemoveArgs),
    List(list::ListArgs),
    Import(Import<Contacts>),
    Export(Export<Contact>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Add(args) => add::run(args, context),
            Self::Edit(args) => edit::run(args, context),
            Self::Remove(args) => remove::run(&args, context),
            Self::List(args) => list::run(args, context),
            Self::Import(import) => import.run(context),
            Self::Export(export) => export.run(context),
        }
    }
}
