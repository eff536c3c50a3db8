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
use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(ArgsIfNamed<add::AddArgs>),
    Edit(ArgsIfNamed<edit::EditArgs>),
    Remove(ArgsIfNamed<remove::RemoveArgs>),
    List(ArgsIfNamed<list::ListArgs>),
    Import(ArgsIfNamed<Import<Contacts>>),
    Export(ArgsIfNamed<Export<Contact>>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Add(ArgsIfNamed(args)) => add::run(args, context),
            Self::Edit(ArgsIfNamed(args)) => edit::run(args, context),
            Self::Remove(ArgsIfNamed(args)) => remove::run(&args, context),
            Self::List(ArgsIfNamed(args)) => list::run(args, context),
            Self::Import(ArgsIfNamed(import)) => import.run(context),
            Self::Export(ArgsIfNamed(export)) => export.run(context),
        }
    }
}
