//! `ssgctl smpp`: the SMPP accounts that customers use to bind to the gateway.

mod account_emails;
mod accounts;
mod add;
mod archive;
mod conversion;
mod cug;
mod details;
mod drift;
mod edit;
mod enable;
mod export;
mod handover;
mod import;
mod ip_ranges;
mod list;
mod live_gateway;
mod password;
mod probe;
mod push;
mod quick_create;
mod rotate_password;
mod row;
mod show;
mod sweep;
mod unarchive;

use clap::{Args, Subcommand};
use clap_complete::ArgValueCompleter;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::named_command::ArgsIfNamed;
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
    Add(ArgsIfNamed<add::AddArgs>),
    Edit(ArgsIfNamed<edit::EditArgs>),
    Show(ArgsIfNamed<show::ShowArgs>),
    List(ArgsIfNamed<list::ListArgs>),
    Enable(ArgsIfNamed<enable::EnableArgs>),
    Disable(ArgsIfNamed<enable::DisableArgs>),
    QuickCreate(ArgsIfNamed<quick_create::QuickCreateArgs>),
    Cug(ArgsIfNamed<cug::CugArgs>),
    Import(ArgsIfNamed<import::ImportArgs>),
    RotatePassword(ArgsIfNamed<rotate_password::RotatePasswordArgs>),
    Probe(ArgsIfNamed<probe::ProbeArgs>),
    Export(ArgsIfNamed<export::ExportArgs>),
    Drift(ArgsIfNamed<drift::DriftArgs>),
    Push(ArgsIfNamed<push::PushArgs>),
    Sweep(ArgsIfNamed<sweep::SweepArgs>),
    Handover(ArgsIfNamed<handover::HandoverArgs>),
    Archive(ArgsIfNamed<archive::ArchiveArgs>),
    Unarchive(ArgsIfNamed<unarchive::UnarchiveArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Add(ArgsIfNamed(args)) => add::run(args, context),
            Self::Edit(ArgsIfNamed(args)) => edit::run(args, context),
            Self::Show(ArgsIfNamed(args)) => show::run(&args, context),
            Self::List(ArgsIfNamed(args)) => list::run(args, context),
            Self::Enable(ArgsIfNamed(args)) => enable::enable(&args, context),
            Self::Disable(ArgsIfNamed(args)) => enable::disable(&args, context),
            Self::Import(ArgsIfNamed(args)) => import::run(&args, context),
            Self::QuickCreate(ArgsIfNamed(args)) => quick_create::run(args, context),
            Self::Cug(ArgsIfNamed(args)) => cug::run(&args, context),
            Self::RotatePassword(ArgsIfNamed(args)) => rotate_password::run(&args, context),
            Self::Probe(ArgsIfNamed(args)) => probe::run(&args, context),
            Self::Export(ArgsIfNamed(args)) => export::run(&args, context),
            Self::Drift(ArgsIfNamed(args)) => drift::run(&args, context),
            Self::Push(ArgsIfNamed(args)) => push::run(&args, context),
            Self::Sweep(ArgsIfNamed(args)) => sweep::run(&args, context),
            Self::Handover(ArgsIfNamed(args)) => handover::run(&args, context),
            Self::Archive(ArgsIfNamed(args)) => archive::run(&args, context),
            Self::Unarchive(ArgsIfNamed(args)) => unarchive::run(&args, context),
        }
    }
}
