//! `ssgctl customer`: the companies that use the gateway.

mod archive;
mod details;
mod edit;
mod editor;
mod export;
mod import;
mod list;
mod new;
mod page;
mod row;
mod show;
mod unarchive;

use clap::{Args, Subcommand};
use clap_complete::ArgValueCompleter;
use ssgctl::model::Customer;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::export::Export;
use crate::args::named_command::ArgsIfNamed;
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
    New(ArgsIfNamed<new::NewArgs>),
    Edit(ArgsIfNamed<edit::EditArgs>),
    Show(ArgsIfNamed<show::ShowArgs>),
    List(ArgsIfNamed<list::ListArgs>),
    Import(ArgsIfNamed<import::ImportArgs>),
    Export(ArgsIfNamed<Export<Customer>>),
    Archive(ArgsIfNamed<archive::ArchiveArgs>),
    Unarchive(ArgsIfNamed<unarchive::UnarchiveArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::New(ArgsIfNamed(args)) => new::run(args, context),
            Self::Edit(ArgsIfNamed(args)) => edit::run(args, context),
            Self::Show(ArgsIfNamed(args)) => show::run(&args, context),
            Self::List(ArgsIfNamed(args)) => list::run(args, context),
            Self::Import(ArgsIfNamed(args)) => import::run(&args, context),
            Self::Export(ArgsIfNamed(export)) => export.run(context),
            Self::Archive(ArgsIfNamed(args)) => archive::run(&args, context),
            Self::Unarchive(ArgsIfNamed(args)) => unarchive::run(&args, context),
        }
    }
}
