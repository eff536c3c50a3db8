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

use clap::{Args, Subcommand};
use clap_complete::ArgValueCompleter;
use ssgctl::model::Customer;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::export::Export;
use crate::context::Context;
use crate::exit::Result;

pub(crate) use details::DetailArgs;

/// The customers of a command that changes several.
#[derive(Debug, Args)]
#[group(id = "named_customers")]
struct CustomersArgs {
    /// Account codes or API IDs
    #[arg(value_name = "CUSTOMER", required = true, add = ArgValueCompleter::new(completion::customers))]
    customers: Vec<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    New(new::NewArgs),
    Edit(edit::EditArgs),
    Show(show::ShowArgs),
    List(list::ListArgs),
    Import(import::ImportArgs),
    Export(Export<Customer>),
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
            Self::Export(export) => export.run(context),
            Self::Archive(args) => archive::run(&args, context),
            Self::Unarchive(args) => unarchive::run(&args, context),
        }
    }
}
