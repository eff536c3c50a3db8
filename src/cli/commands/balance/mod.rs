//! `ssgctl balance`: balances, their ledger entries, and low-balance warnings.

mod adjust;
mod alerts;
mod at;
mod booking;
pub(crate) mod check;
mod explain;
mod export;
mod forecast_row;
mod history;
mod import;
mod limit;
mod list;
mod planned_email;
mod reverse;
mod row;
mod show;
mod transfer;
mod warn;

use clap::Subcommand;

use crate::args::export::Export;
use crate::args::named_command::ArgsIfNamed;
use crate::commands::balance::export::Opening;
use crate::context::Context;
use crate::exit::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Show(ArgsIfNamed<show::ShowArgs>),
    List(ArgsIfNamed<list::ListArgs>),
    Adjust(ArgsIfNamed<adjust::AdjustArgs>),
    Import(ArgsIfNamed<import::ImportArgs>),
    Export(ArgsIfNamed<Export<Opening>>),
    Reverse(ArgsIfNamed<reverse::ReverseArgs>),
    Transfer(ArgsIfNamed<transfer::TransferArgs>),
    Limit(ArgsIfNamed<limit::LimitArgs>),
    History(ArgsIfNamed<history::HistoryArgs>),
    At(ArgsIfNamed<at::AtArgs>),
    Explain(ArgsIfNamed<explain::ExplainArgs>),
    Warn(ArgsIfNamed<warn::WarnArgs>),
    Check(ArgsIfNamed<check::CheckArgs>),
    Alerts(ArgsIfNamed<alerts::AlertsArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Show(ArgsIfNamed(args)) => show::run(&args, context),
            Self::List(ArgsIfNamed(args)) => list::run(&args, context),
            Self::Adjust(ArgsIfNamed(args)) => adjust::run(args, context),
            Self::Import(ArgsIfNamed(args)) => import::run(&args, context),
            Self::Export(ArgsIfNamed(export)) => export.run(context),
            Self::Reverse(ArgsIfNamed(args)) => reverse::run(args, context),
            Self::Transfer(ArgsIfNamed(args)) => transfer::run(args, context),
            Self::Limit(ArgsIfNamed(args)) => limit::run(&args, context),
            Self::History(ArgsIfNamed(args)) => history::run(args, context),
            Self::At(ArgsIfNamed(args)) => at::run(&args, context),
            Self::Explain(ArgsIfNamed(args)) => explain::run(&args, context),
            Self::Warn(ArgsIfNamed(args)) => warn::run(args, context),
            Self::Check(ArgsIfNamed(args)) => check::run(&args, context),
            Self::Alerts(ArgsIfNamed(args)) => alerts::run(&args, context),
        }
    }
}
