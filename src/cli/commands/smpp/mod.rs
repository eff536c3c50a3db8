//! `ssgctl smpp`: the SMPP accounts that customers use to bind to the gateway.

mod account_emails;
mod accounts;
mod add;
mod archive;
mod cug;
mod details;
mod edit;
mod enable;
mod export;
mod handover;
mod import;
mod ip_ranges;
mod list;
mod password;
mod probe;
mod quick_create;
mod rotate_password;
mod row;
mod show;
mod unarchive;

use clap::{Args, Subcommand};
use clap_complete::ArgValueCompleter;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;

pub(crate) use account_emails::account_emails;
pub(crate) use details::DetailArgs;
pub(crate) use password::PasswordArgs;

/// The SMPP accounts of a command that changes several.
#[derive(Debug, Args)]
#[group(id = "named_accounts")]
struct AccountsArgs {
    /// System IDs or short names
    #[arg(value_name = "ACCOUNT", required = true, add = ArgValueCompleter::new(completion::accounts))]
    accounts: Vec<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(add::AddArgs),
    Edit(edit::EditArgs),
    Show(show::ShowArgs),
    List(list::ListArgs),
    Enable(enable::EnableArgs),
    Disable(enable::DisableArgs),
    QuickCreate(quick_create::QuickCreateArgs),
    Cug(cug::CugArgs),
    Import(import::ImportArgs),
    RotatePassword(rotate_password::RotatePasswordArgs),
    Probe(probe::ProbeArgs),
    Export(export::ExportArgs),
    Handover(handover::HandoverArgs),
    Archive(archive::ArchiveArgs),
    Unarchive(unarchive::UnarchiveArgs),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Add(args) => add::run(args, context),
            Self::Edit(args) => edit::run(args, context),
            Self::Show(args) => show::run(&args, context),
            Self::List(args) => list::run(args, context),
            Self::Enable(args) => enable::enable(&args, context),
            Self::Disable(args) => enable::disable(&args, context),
            Self::Import(args) => import::run(&args, context),
            Self::QuickCreate(args) => quick_create::run(args, context),
            Self::Cug(args) => cug::run(&args, context),
            Self::RotatePassword(args) => rotate_password::run(&args, context),
            Self::Probe(args) => probe::run(&args, context),
            Self::Export(args) => export::run(&args, context),
            Self::Handover(args) => handover::run(&args, context),
            Self::Archive(args) => archive::run(&args, context),
            Self::Unarchive(args) => unarchive::run(&args, context),
        }
    }
}
