//! `ssgctl balance`: balances, their ledger entries, and low-balance warnings.

mod adjust;
mod alerts;
mod at;
mod booking;
pub(crate) mod check;
mod explain;
mod export;
mod history;
mod import;
mod limit;
mod list;
mod reverse;
mod row;
mod show;
mod transfer;
mod warn;

use clap::Subcommand;

use crate::args::export::Export;
use crate::commands::balance::export::Opening;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Show(show::ShowArgs),
    List(list::ListArgs),
    Adjust(adjust::AdjustArgs),
    Import(import::ImportArgs),
    Export(Export<Opening>),
    Reverse(reverse::ReverseArgs),
    Transfer(transfer::TransferArgs),
    Limit(limit::LimitArgs),
    History(history::HistoryArgs),
    At(at::AtArgs),
    Explain(explain::ExplainArgs),
    Warn(warn::WarnArgs),
    Check(check::CheckArgs),
    Alerts(alerts::AlertsArgs),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Show(args) => show::run(&args, context),
            Self::List(args) => list::run(&args, context),
            Self::Adjust(args) => adjust::run(args, context),
            Self::Import(args) => import::run(&args, context),
            Self::Export(export) => export.run(context),
            Self::Reverse(args) => reverse::run(args, context),
            Self::Transfer(args) => transfer::run(args, context),
            Self::Limit(args) => limit::run(&args, context),
            Self::History(args) => history::run(args, context),
            Self::At(args) => at::run(&args, context),
            Self::Explain(args) => explain::run(&args, context),
            Self::Warn(args) => warn::run(args, context),
            Self::Check(args) => check::run(&args, context),
            Self::Alerts(args) => alerts::run(&args, context),
        }
    }
}
