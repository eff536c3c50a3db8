//! `ssgctl traffic`: imports of message reports, and the messages they contain.

mod close;
mod expire;
mod file_args;
mod find;
mod import;
mod list;
mod post;
mod prune;
mod reconcile;
mod reprice;
mod revert;
mod row;
mod show;

use clap::Subcommand;

use crate::args::named_command::ArgsIfNamed;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Import(ArgsIfNamed<import::ImportArgs>),
    List(ArgsIfNamed<list::ListArgs>),
    Show(ArgsIfNamed<show::ShowArgs>),
    Find(ArgsIfNamed<find::FindArgs>),
    Close(ArgsIfNamed<close::CloseArgs>),
    Post(ArgsIfNamed<post::PostArgs>),
    Expire(ArgsIfNamed<expire::ExpireArgs>),
    Reconcile(ArgsIfNamed<reconcile::ReconcileArgs>),
    Reprice(ArgsIfNamed<reprice::RepriceArgs>),
    Revert(ArgsIfNamed<revert::RevertArgs>),
    Prune(ArgsIfNamed<prune::PruneArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Import(ArgsIfNamed(args)) => import::run(args, context),
            Self::List(ArgsIfNamed(args)) => list::run(&args, context),
            Self::Show(ArgsIfNamed(args)) => show::run(&args, context),
            Self::Find(ArgsIfNamed(args)) => find::run(&args, context),
            Self::Close(ArgsIfNamed(args)) => close::run(&args, context),
            Self::Post(ArgsIfNamed(args)) => post::run(&args, context),
            Self::Expire(ArgsIfNamed(args)) => expire::run(&args, context),
            Self::Reconcile(ArgsIfNamed(args)) => reconcile::run(&args, context),
            Self::Reprice(ArgsIfNamed(args)) => reprice::run(&args, context),
            Self::Revert(ArgsIfNamed(args)) => revert::run(&args, context),
            Self::Prune(ArgsIfNamed(args)) => prune::run(&args, context),
        }
    }
}
